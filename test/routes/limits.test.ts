import { setImmediate } from 'node:timers/promises'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { replyWithError } from '../../src/routes/error-reply.ts'
import { addLimits, type LimitParts } from '../../src/routes/limits.ts'
import { callbackPath, hardened, openFace } from '../security/open-face.ts'
import { sendRaw } from '../security/raw.ts'

const from = (address: string) => ({ 'x-forwarded-for': address })

async function open (t: Test, perMinute = 3) {
  const { app } = await openFace(t, { perMinute, trustProxy: ['loopback'] })
  const get = (url: string, headers = {}, method: 'GET' | 'POST' | 'PUT' | 'HEAD' = 'GET') => app.inject({ url, method, headers })
  return { get }
}

void t.test('who asks too often is told when to come back, in the form of every error', async t => {
  const { get } = await open(t)
  for (let i = 0; i < 3; i++) t.equal((await get(callbackPath)).statusCode, 200)
  const reply = await get(callbackPath)
  t.match(reply, { statusCode: 429, headers: hardened })
  t.match(reply.json(), { name: 'TooManyRequestsError', httpStatusCode: 429, traceId: /^[0-9a-f]{32}$/, details: [] })
  const wait = Number(reply.headers['retry-after'])
  t.ok(wait > 0 && wait <= 60, `${wait} s`)
  const page = await get(callbackPath, { accept: 'text/html' })
  t.match(page, { statusCode: 429, headers: { 'content-type': /^text\/html/ } })
})

void t.test('whatever is asked counts, but for the probes, which are always answered', async t => {
  for (const [url, method, status] of [['/nowhere', 'GET', 404], ['/v1/tokenio/callback', 'PUT', 405], ['/v1/registrations/tokenio/x', 'GET', 401], ['/v1/callback', 'POST', 400], ['/v1/callback/%ff', 'GET', 400]] as const) {
    const { get } = await open(t)
    for (let i = 0; i < 3; i++) t.match(await get(url, {}, method), { statusCode: status }, url)
    if (url.includes('%ff')) continue // no path, no route, no work: refused sooner than it could be counted
    t.match(await get(url, {}, method), { statusCode: 429 }, url)
    for (let i = 0; i < 20; i++) for (const probe of ['/livez', '/readyz']) t.equal((await get(probe)).statusCode, 200)
  }
})

void t.test('each address has its own measure, and a /64 of IPv6 one for all of its addresses', async t => {
  const { get } = await open(t)
  for (let i = 0; i < 3; i++) t.equal((await get(callbackPath, from('2001:db8::1'))).statusCode, 200)
  t.equal((await get(callbackPath, from('2001:db8::ffff:2'))).statusCode, 429, 'a neighbour')
  t.equal((await get(callbackPath, from('2001:db8:0:1::1'))).statusCode, 200, 'the next network')
  for (let i = 0; i < 3; i++) t.equal((await get(callbackPath, from('192.0.2.1'))).statusCode, 200)
  t.equal((await get(callbackPath, from('::ffff:192.0.2.1'))).statusCode, 429, 'the same, written for IPv6')
  t.equal((await get(callbackPath, from('192.0.2.1:49152'))).statusCode, 429, 'and with the port of its connection')
  t.equal((await get(callbackPath, from('192.0.2.2'))).statusCode, 200)
})

void t.test('a client that is gone before it is counted is no fault of ours: a flood of them fills no log', async t => {
  const { app, lines } = await openFace(t, { perMinute: 3 })
  app.server.prependListener('request', ({ socket }) => socket.destroy())
  for (let i = 0; i < 5; i++) t.equal((await sendRaw(app.server, `GET ${callbackPath} HTTP/1.1\r\nHost: x\r\n\r\n`)).whole, '')
  t.strictSame(lines.filter(line => line.includes('request failed')), [])
})

void t.test('a page of another origin may read that it asked too often', async t => {
  const { get } = await open(t, 1)
  const headers = { origin: 'https://wallet.example' }
  await get('/v1/callback', headers, 'POST')
  t.match(await get('/v1/callback', headers, 'POST'), { statusCode: 429, headers: { 'access-control-allow-origin': '*' } })
})

async function bare (t: Test, parts: Partial<LimitParts>) {
  const app = Fastify({ trustProxy: true })
  app.setErrorHandler(replyWithError)
  await addLimits(app, { perMinute: 1, ...parts })
  app.get('/', () => 'ok')
  app.get('/probe', { config: { unlimited: true } }, () => 'ok')
  t.teardown(() => app.close())
  return async (url: string, headers = {}) => app.inject({ url, headers })
}

void t.test('so many addresses are remembered and no more: whoever asked longest ago is forgotten', async t => {
  const get = await bare(t, { most: 2 })
  for (const [address, status] of [['10.0.0.1', 200], ['10.0.0.1', 429], ['10.0.0.2', 200], ['10.0.0.3', 200], ['10.0.0.3', 429], ['10.0.0.1', 200]] as const) {
    t.equal((await get('/', from(address))).statusCode, status, address)
  }
})

void t.test('a process that cannot keep up says so to all but probes', async t => {
  const get = await bare(t, { perMinute: 1_000_000, mostLag: 20 })
  t.equal((await get('/')).statusCode, 200)
  let reply = await get('/')
  for (let i = 0; i < 100 && reply.statusCode === 200; i++) {
    for (const end = performance.now() + 100; performance.now() < end;); // work that lets nobody else in
    await setImmediate()
    reply = await get('/')
  }
  t.match(reply, { statusCode: 503, headers: { 'retry-after': '2' } })
  t.match(reply.json(), { name: 'ServiceUnavailableError' })
  t.equal((await get('/probe')).statusCode, 200)
})
