import { connect } from 'node:net'
import { once } from 'node:events'
import { pino } from 'pino'
import t from 'tap'
import { buildApp } from '../src/app.ts'
import { Failure } from '../src/domain/failure.ts'
import type { Journal } from '../src/journal/journal.ts'
import { tokenio } from '../src/providers/tokenio/index.ts'
import { openAppParts } from './app-parts.ts'
import type { Health } from '../src/providers/provider.ts'
import type { Test } from 'tap'

const id = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
const query = `request-id=${id}&request_id=${id}`

async function appFor (t: Pick<Test, 'teardown'>, { append, checks = {}, bodyLimit = 4096 }: { append?: Journal['append'], checks?: { [part: string]: Health }, bodyLimit?: number } = {}) {
  const { parts } = await openAppParts(t)
  const lines: string[] = []
  const log = pino({ base: null }, { write: (line: string) => { lines.push(line) } })
  const provider = tokenio.open({ settings: { TOKENIO_URL: 'http://127.0.0.1:1', TOKENIO_ID_PATTERN: '^rq:.+$', TOKENIO_RESULT_DEADLINE_SECONDS: 60 } })
  t.teardown(provider.close)
  const app = await buildApp({
    ...parts, providers: [provider], journal: { ...parts.journal, ...append === undefined ? {} : { append } }, checks: async () => checks, log, trustProxy: ['loopback'], bodyLimit,
  })
  t.teardown(() => app.close())
  return { app, lines }
}

void t.test('every error has the contract’s form and headers', async t => {
  const { app } = await appFor(t)
  for (const [request, status, name] of [
    [{ method: 'GET', url: '/nothing' }, 404, 'NotFoundError'],
    [{ method: 'PUT', url: '/v1/tokenio/callback' }, 405, 'MethodNotAllowedError'],
    [{ method: 'HEAD', url: '/v1/tokenio/callback' }, 405, undefined],
    [{ method: 'GET', url: '/v1/tokenio/callback' }, 400, 'InvalidParameterError'],
    [{ method: 'POST', url: '/v1/tokenio/callback', headers: { 'content-type': 'application/xml' }, payload: '<a/>' }, 415, 'UnsupportedMediaTypeError'],
    [{ method: 'POST', url: '/v1/tokenio/callback', headers: { 'content-type': 'application/json' }, payload: '{"a":' }, 400, 'InvalidParameterError'],
    [{ method: 'POST', url: '/v1/tokenio/callback', headers: { 'content-type': 'application/json' }, payload: '{"__proto__":{"a":1}}' }, 400, 'InvalidParameterError'],
    [{ method: 'POST', url: '/v1/tokenio/callback', headers: { 'content-type': 'application/json' }, payload: '[]' }, 400, 'InvalidParameterError'],
    [{ method: 'POST', url: '/v1/tokenio/callback', headers: { 'content-type': 'application/json' }, payload: JSON.stringify({ a: 'x'.repeat(5000) }) }, 413, 'PayloadTooLargeError'],
  ] as const) {
    const reply = await app.inject(request)
    t.equal(reply.statusCode, status, JSON.stringify(request))
    if (name !== undefined) t.match(reply.json(), { name, httpStatusCode: status, message: String, traceId: /^[0-9a-f]{32}$/, details: Array })
    t.match(reply.headers, { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'content-security-policy': /default-src 'none'/, 'referrer-policy': 'no-referrer' })
    t.notOk(reply.headers.server ?? reply.headers['x-powered-by'])
    if (status === 405) t.equal(reply.headers.allow, 'GET, POST')
  }
})

void t.test('a journal that cannot be written acknowledges nothing: 503, when to come back, a page for a browser', async t => {
  const { app } = await appFor(t, { append: async () => { throw new Failure('JOURNAL_UNAVAILABLE', { reason: 'disk full' }) } })
  const reply = await app.inject(`/v1/tokenio/callback?${query}`)
  t.match([reply.statusCode, reply.headers['retry-after'], reply.json()], [503, '2', { name: 'ServiceUnavailableError' }])
  const page = await app.inject({ url: `/v1/tokenio/callback?${query}`, headers: { accept: 'text/html' } })
  t.match([page.statusCode, page.headers['content-type'], page.payload], [503, /text\/html/, /try again/i])
})

void t.test('a bug is a 500 that says nothing of itself, except in the log', async t => {
  const { app, lines } = await appFor(t, { append: async () => { throw new Error('CANARY') } })
  const reply = await app.inject(`/v1/tokenio/callback?${query}`)
  t.equal(reply.statusCode, 500)
  t.notMatch(reply.payload, /CANARY/)
  t.match(lines.join(''), /CANARY/)
})

void t.test('one log line for each callback, and no value of it', async t => {
  const { app, lines } = await appFor(t)
  const reply = await app.inject(`/v1/tokenio/callback?${query}&error=14&message=CANARY&trace-id=CANARY2`)
  t.equal(reply.statusCode, 200)
  await app.inject('/v1/tokenio/callback?request-id=CANARY')
  t.match(lines.map(line => JSON.parse(line) as object), [{ msg: 'callback journalled', entryId: reply.json<{ callbackId: string }>().callbackId, provider: 'tokenio', channel: 'front', isNew: true }])
  t.notMatch(lines.join(''), /CANARY|3SVzg/)
})

void t.test('readiness is red only for what stops the work', async t => {
  for (const [checks, status] of [
    [{ journal: { status: 'ok' }, broker: { status: 'degraded', reason: 'away' } }, 200],
    [{ journal: { status: 'failing', reason: 'disk full' } }, 503],
  ] as const) {
    const { app } = await appFor(t, { checks })
    const reply = await app.inject('/readyz')
    t.match([reply.statusCode, reply.json()], [status, { status: status === 200 ? 'ok' : 'failing', checks }])
    t.equal((await app.inject('/livez')).statusCode, 200)
  }
})

void t.test('a client that sends its request too slowly, or a lie about its length, is cut off', async t => {
  const { app } = await appFor(t)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as { port: number }
  const socket = connect(port, '127.0.0.1')
  socket.write('POST /v1/tokenio/callback HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n')
  const [answer] = await once(socket, 'data') as [Buffer]
  t.match(answer.toString(), /^HTTP\/1\.1 400/)
  socket.destroy()
})
