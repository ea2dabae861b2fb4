import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { request } from 'undici'
import { startHaproxy, withoutHaproxy } from '../haproxy.ts'
import { openFace } from './open-face.ts'

const url = '/v1/registrations/tokenio/x' // 401: costs nothing
const spoofed = { forwarded: 'for=192.0.2.66;host=evil.example;proto=http', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', 'x-real-ip': '192.0.2.66', 'x-forwarded-for': '192.0.2.66' }

void t.test('who is not behind a trusted proxy is the address that the connection comes from', async t => {
  for (const trustProxy of [[], ['10.0.0.0/8'], ['0']]) {
    const { app } = await openFace(t, { perMinute: 2, trustProxy })
    for (const [i, status] of [401, 401, 429].entries()) {
      t.equal((await app.inject({ url, headers: { ...spoofed, 'x-forwarded-for': `192.0.2.${i}` } })).statusCode, status, `${trustProxy.join()} ${i}`)
    }
  }
})

void t.test('behind one, only what the proxy itself said counts', async t => {
  for (const trustProxy of [['loopback'], ['1'], ['127.0.0.1/8'], ['loopback', 'linklocal', 'uniquelocal']]) {
    const { app } = await openFace(t, { perMinute: 2, trustProxy })
    const from = async (chain: string) => (await app.inject({ url, headers: { ...spoofed, 'x-forwarded-for': chain } })).statusCode
    for (const [i, status] of [401, 401, 429].entries()) t.equal(await from(`192.0.2.${i}, 198.51.100.7`), status, 'whatever the client put before')
    t.equal(await from('198.51.100.7, 198.51.100.8'), 401, 'another client')
  }
})

void t.test('neither Host nor a forwarded one is in any answer', async t => {
  const { app, token } = await openFace(t, { trustProxy: ['loopback'] })
  const headers = { ...spoofed, host: 'evil.example' }
  const registered = await app.inject({ method: 'POST', url: '/v1/registrations', headers: { ...headers, authorization: `Bearer ${token}` }, payload: { provider: 'oid4vp' } })
  t.match(registered.json(), { callbackUrl: /^https:\/\/callbacks\.example\// })
  for (const path of ['/.well-known/oauth-authorization-server', '/', '/nowhere', '/v1/tokenio/callback', '/livez', '/v1/callback/abc?error=access_denied']) {
    for (const accept of ['text/html', 'application/json']) {
      const reply = await app.inject({ url: path, headers: { ...headers, accept } })
      t.notMatch(JSON.stringify([reply.headers, reply.payload]), /evil\.example/, path)
    }
  }
})

void t.test('behind HAProxy the limiters see the client', { skip: withoutHaproxy }, async t => {
  const { app } = await openFace(t, { perMinute: 20, trustProxy: ['1'] })
  const haproxy = await startHaproxy({ replicas: [(app.server.address() as AddressInfo).port] })
  t.teardown(haproxy.stop)
  let status = 503
  for (let turn = 0; status !== 401 && turn < 500; turn++) {
    await sleep(20)
    status = await ask()
  }
  for (let i = 0; i < 25; i++) status = await ask(`192.0.2.${i}`)
  t.equal(status, 429, 'a chain of its own helps nobody')
  t.equal((await request(`${haproxy.url}/livez`)).statusCode, 200)

  async function ask (chain = '192.0.2.99'): Promise<number> {
    const reply = await request(`${haproxy.url}${url}`, { headers: { 'x-forwarded-for': chain } })
    await reply.body.dump()
    return reply.statusCode
  }
})
