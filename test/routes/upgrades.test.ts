import { connect, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import t, { type Test } from 'tap'
import type { AppParts } from '../../src/app.ts'
import { openBroker } from '../../src/broker/broker.ts'
import { startHaproxy, withoutHaproxy } from '../haproxy.ts'
import { hardened, openFace } from '../security/open-face.ts'
import { parse, sendRaw, type Raw } from '../security/raw.ts'

const silent = { debug () {}, error () {} }
const handshake = 'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
const tooMany = { status: 429, headers: { ...hardened, connection: 'close', 'retry-after': /^[1-9]\d?$/, 'content-type': /^application\/json/ }, body: /"TooManyRequestsError"/ }

/** The public face with an embedded broker, and what comes back to those who knock at it. */
async function open (t: Test, { mostOfNetwork = 200, ...more }: Partial<AppParts> & { readonly mostOfNetwork?: number } = {}) {
  const broker = await openBroker({ host: '127.0.0.1', port: 0, allowAnonymous: true, topicPrefix: 'callbacks/v1', log: silent })
  t.teardown(() => broker.close())
  const { app } = await openFace(t, { ...more, upgrades: { ...broker.webSockets, mostOfNetwork } })
  t.teardown(() => broker.webSockets.close())
  const { port } = app.server.address() as AddressInfo
  const ask = async (from?: string) => (await app.inject({ url: '/v1/registrations/tokenio/x', headers: from === undefined ? {} : { 'x-forwarded-for': from } })).statusCode
  const upgrade = async (from?: string, at = port) => knock(t, at, `GET /mqtt HTTP/1.1\r\n${handshake}${from === undefined ? '' : `X-Forwarded-For: ${from}\r\n`}\r\n`)
  return { app, broker, port, ask, upgrade }
}

/** The first answer to these bytes: an accepted connection stays open. */
async function knock (t: Test, port: number, bytes: string): Promise<Raw & { readonly socket: Socket }> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {}) // a reset after the answer is an end, too; it never says that it is all
  t.teardown(() => socket.destroy())
  socket.write(bytes)
  let said = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    said += String(chunk)
    const { status, headers, body, whole } = parse(said)
    if (whole.includes('\r\n\r\n') && (status === 101 || body.length >= Number(headers['content-length']))) break
  }
  return { ...parse(said), socket }
}

void t.test('who used up its minute with requests gets no upgrade, and the other way round', async t => {
  const first = await open(t, { perMinute: 3 })
  for (let i = 0; i < 3; i++) t.equal(await first.ask(), 401)
  t.match(await first.upgrade(), tooMany)
  const second = await open(t, { perMinute: 3 })
  for (let i = 0; i < 3; i++) t.match(await second.upgrade(), { status: 101 })
  t.match(await second.upgrade(), tooMany)
  t.equal(await second.ask(), 429)
})

void t.test('behind a trusted proxy the client counts, whatever it says of itself; without one, the connection', async t => {
  for (const trustProxy of [['loopback'], ['1'], ['127.0.0.1/8']]) {
    const { upgrade, ask } = await open(t, { perMinute: 2, trustProxy })
    t.match(await upgrade('192.0.2.1, 198.51.100.7'), { status: 101 })
    t.equal(await ask('192.0.2.2, 198.51.100.7'), 401)
    t.match(await upgrade('192.0.2.3, 198.51.100.7'), tooMany, trustProxy.join())
    t.equal(await ask('192.0.2.4, 198.51.100.7:1234'), 429)
    t.match(await upgrade('198.51.100.7, 198.51.100.8'), { status: 101 }, 'another client')
  }
  for (const trustProxy of [[], ['0'], ['10.0.0.0/8']]) {
    const { upgrade } = await open(t, { perMinute: 2, trustProxy })
    for (const [i, status] of [101, 101, 429].entries()) t.match(await upgrade(`192.0.2.${i}`), { status }, trustProxy.join())
  }
})

void t.test('one address, or one /64, has so many connections open and no more; one that ends makes room', async t => {
  const { upgrade } = await open(t, { trustProxy: ['loopback'], mostOfNetwork: 2 })
  for (const [mine, neighbour, other] of [['198.51.100.7', '198.51.100.7:5', '198.51.100.8'], ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1']] as const) {
    const [{ socket }] = [await upgrade(mine), await upgrade(neighbour)]
    t.match(await upgrade(mine), tooMany)
    t.match(await upgrade(neighbour), tooMany)
    t.match(await upgrade(other), { status: 101 })
    socket.destroy()
    let status = 429
    for (let turn = 0; status === 429 && turn < 500; turn++) {
      await sleep(10)
      status = (await upgrade(mine)).status
    }
    t.equal(status, 101)
    t.match(await upgrade(mine), tooMany)
  }
})

void t.test('what is no handshake is refused in the form of every error', async t => {
  const { port, app, broker } = await open(t)
  const rows = [
    ['another protocol', `GET /mqtt HTTP/1.1\r\n${handshake.replace(': mqtt', ': chat')}\r\n`, 400],
    ['no protocol', `GET /mqtt HTTP/1.1\r\n${handshake.replace('Sec-WebSocket-Protocol: mqtt\r\n', '')}\r\n`, 400],
    ['protocols that cannot be read', `GET /mqtt HTTP/1.1\r\n${handshake.replace(': mqtt', ': mqtt, mqtt')}\r\n`, 400],
    ['no key', `GET /mqtt HTTP/1.1\r\n${handshake.replace(/Sec-WebSocket-Key.*\r\n/, '')}\r\n`, 400],
    ['another version', `GET /mqtt HTTP/1.1\r\n${handshake.replace('13', '777')}\r\n`, 400],
  ] as const
  for (const [claim, bytes, status] of rows) {
    t.match(await knock(t, port, bytes), { status, headers: { ...hardened, connection: 'close' }, body: /"httpStatusCode":400/ }, claim)
  }
  t.match(await knock(t, port, `GET /mqtt?x=1 HTTP/1.1\r\n${handshake}\r\n`), { status: 101 })
  broker.webSockets.close()
  t.match(await knock(t, port, `GET /mqtt HTTP/1.1\r\n${handshake}\r\n`), { status: 503, headers: { ...hardened, 'retry-after': '2' } }, 'the service is leaving')
  t.equal(app.server.listening, true)
})

void t.test('the path is there for upgrades only, and an upgrade is one there only', async t => {
  const { app, port } = await open(t)
  const close = 'Host: x\r\nConnection: close\r\n'
  for (const method of ['GET', 'POST', 'HEAD', 'DELETE']) t.equal((await sendRaw(app.server, `${method} /mqtt HTTP/1.1\r\n${close}Content-Length: 0\r\n\r\n`)).status, 404, method)
  const both = handshake.replace('Connection: Upgrade', 'Connection: Upgrade, close')
  for (const [line, status] of [['GET /livez', 200], ['GET /elsewhere', 404], ['GET /mqtt/', 404], ['GET /%6dqtt', 404], ['POST /mqtt', 404], ['PUT /v1/tokenio/callback', 405]] as const) {
    t.match(await knock(t, port, `${line} HTTP/1.1\r\n${both}\r\n`), { status, headers: hardened }, line)
  }
})

void t.test('a client that was refused is not waited for', async t => {
  const { app, ask, upgrade } = await open(t, { perMinute: 1 })
  t.equal(await ask(), 401)
  const { status, socket } = await upgrade()
  t.equal(status, 429)
  let count = 1
  for (let turn = 0; count !== 0 && turn < 500; turn++) {
    await sleep(10)
    count = await new Promise<number>((resolve, reject) => { app.server.getConnections((error, connections) => { if (error === null) resolve(connections); else reject(error) }) })
  }
  t.equal(count, 0)
  socket.destroy()
})

void t.test('through HAProxy a subscriber is let in, and a flood of its address is not', { skip: withoutHaproxy }, async t => {
  const { port, upgrade } = await open(t, { perMinute: 20, trustProxy: ['1'] })
  const haproxy = await startHaproxy({ replicas: [port] })
  t.teardown(haproxy.stop)
  for (let turn = 0; (await fetch(`${haproxy.url}/livez`)).status !== 200 && turn < 500; turn++) await sleep(20)
  const client = await mqtt.connectAsync(`${haproxy.url.replace('http', 'ws')}/mqtt`, { protocolVersion: 4, reconnectPeriod: 0 }, false).catch((error: unknown) => error)
  t.match(client, { code: 5 }, 'the broker itself answers, to whom it takes for a stranger')
  let status = 101
  for (let i = 0; i < 25; i++) ({ status } = await upgrade(`192.0.2.${i}`, Number(new URL(haproxy.url).port)))
  t.equal(status, 429, 'a chain of its own helps nobody')
})
