import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { test, type Test } from 'tap'
import { Failure, type FailureCode } from '../../../src/domain/failure.ts'
import { until } from '../../publisher/until.ts'
import { pending, startTokenio, type TokenioReply } from '../../tokenio-server.ts'
import { callbackOf, id, openTokenio } from './open.ts'

const callback = callbackOf({ 'request-id': id, request_id: id })
const forever = new AbortController().signal

async function open (t: Test, path = '') {
  const server = await startTokenio()
  const provider = openTokenio({ TOKENIO_URL: `${server.url}${path}`, TOKENIO_API_KEY: 'bS1hYmM6c2VjcmV0' })
  t.teardown(async () => {
    await provider.close()
    await server.close()
  })
  return { server, provider }
}

async function failureOf (act: Promise<unknown>): Promise<Failure> {
  const thrown = await act.then(() => new Error('no failure'), (thrown: unknown) => thrown)
  if (!(thrown instanceof Failure)) throw thrown
  return thrown
}

void test('the result is asked for by the raw id, with the key as it stands', async t => {
  const { server, provider } = await open(t, '/proxy/')
  await provider.fetchResult(callback, forever)
  const [ask] = server.asks
  t.equal(ask?.method, 'GET')
  t.equal(ask?.path, `/proxy/token-requests/${id}/result`)
  t.match(ask?.headers, { authorization: 'Basic bS1hYmM6c2VjcmV0', 'token-json-error': 'true', accept: 'application/json', traceparent: callback.traceparent })
  t.strictSame(provider.health(), { status: 'ok' })
})

void test('without a key no Authorization is sent', async t => {
  const { server } = await open(t)
  const provider = openTokenio({ TOKENIO_URL: server.url })
  t.teardown(() => provider.close())
  await provider.fetchResult(callback, forever)
  t.notOk(server.asks[0]?.headers.authorization)
})

void test('the result is narrowed to what is passed on', async t => {
  const { server, provider } = await open(t)
  const members = { tokenId: 'pm2:1', transferId: 'pm2:2', standingOrderSubmissionId: 's:3', bankId: 'ob-modelo', statusReasonInformation: 'Processed.' }
  const rows: readonly (readonly [string, TokenioReply, object])[] = [
    ['every member, the signature left out', { body: { status: 'PROCESSED', ...members, signature: { memberId: 'm:1', keyId: 'k', signature: 's' } } }, { status: 'PROCESSED', data: members }],
    ['pending with an empty signature', pending, { status: 'PENDING', data: { bankId: 'ob-modelo' } }],
    ['members that nobody listed', { body: { status: 'PROCESSED', tokenId: 'ta:1', authorizationMetadata: { iban: 'DE1' } } }, { status: 'PROCESSED', data: { tokenId: 'ta:1' } }],
    ['unset members', { body: { status: 'REJECTED', tokenId: '', transferId: null } }, { status: 'REJECTED', data: {} }],
    ['a status that nobody listed', { body: { status: 'PROCESSING' } }, { status: 'PROCESSING', data: {} }],
    ['an endless reason is cut', { body: { status: 'REJECTED', statusReasonInformation: 'x'.repeat(5000) } }, { status: 'REJECTED', data: { statusReasonInformation: 'x'.repeat(1024) } }],
    ["Token.io's trace id", { body: { status: 'REJECTED' }, headers: { tokenTraceId: 'abc123' } }, { status: 'REJECTED', data: { traceId: 'abc123' } }],
    ['a trace id that is none', { body: { status: 'REJECTED' }, headers: { tokenTraceId: 'a b"c' } }, { status: 'REJECTED', data: {} }],
    ['a deep member that nobody reads', { body: `{"status":"PROCESSED","x":${'['.repeat(20_000)}${']'.repeat(20_000)}}` }, { status: 'PROCESSED', data: {} }],
  ]
  for (const [claim, reply, expected] of rows) {
    server.answer(id, reply)
    t.strictSame(await provider.fetchResult(callback, forever), expected, claim)
  }
})

const asOpenApi = { error: { errorCode: 'x', message: 'secret words of a bank', tokenTraceId: 'trace-1' } }
const asJsonError = { error: { code: 504, message: 'secret words of a bank', token_trace_id: 'trace-1', error_origin: 'bank' } }
const asText = 'secret words of a bank'

const refusals: readonly (readonly [reply: TokenioReply, code: FailureCode, reason: RegExp, retryAfter?: number])[] = [
  [{ status: 404, body: asOpenApi }, 'KEY_UNKNOWN', /does not know the token request \(404, trace trace-1\)$/],
  [{ status: 401, body: asOpenApi }, 'PROVIDER_UNAUTHORIZED', /^Token\.io refuses our credentials \(401, trace trace-1\)$/],
  [{ status: 403, body: asText, headers: { tokenTraceId: 'trace-2' } }, 'PROVIDER_UNAUTHORIZED', /\(403, trace trace-2\)$/],
  [{ status: 429, body: asJsonError, headers: { 'retry-after': '7' } }, 'PROVIDER_LIMITED', /\(429, trace trace-1\)$/, 7000],
  [{ status: 429, body: asText, headers: { 'retry-after': '999999' } }, 'PROVIDER_LIMITED', /\(429\)$/, 900_000],
  [{ status: 429, body: asText, headers: { 'retry-after': 'soon' } }, 'PROVIDER_LIMITED', /\(429\)$/],
  [{ status: 429, body: asText, headers: { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' } }, 'PROVIDER_LIMITED', /\(429\)$/, 0],
  [{ status: 502, body: '<html>' }, 'PROVIDER_AWAY', /\(502\)$/],
  [{ status: 503, body: asOpenApi, headers: { 'retry-after': '3' } }, 'PROVIDER_AWAY', /\(503, trace trace-1\)$/, 3000],
  [{ status: 504, body: asJsonError }, 'PROVIDER_AWAY', /\(504, trace trace-1\)$/],
  [{ status: 500, body: asOpenApi, headers: { 'retry-after': '3', 'token-external-error': 'true' } }, 'RESULT_REFUSED', /\(500, trace trace-1\)$/],
  [{ status: 501, body: asText }, 'RESULT_REFUSED', /\(501\)$/],
  [{ status: 400, body: asOpenApi }, 'RESULT_REFUSED', /\(400, trace trace-1\)$/],
  [{ status: 409, body: 'null' }, 'RESULT_REFUSED', /\(409\)$/],
  [{ status: 302, headers: { location: '/elsewhere' } }, 'RESULT_REFUSED', /\(302\)$/],
  [{ status: 204 }, 'RESULT_REFUSED', /\(204\)$/],
  [{ status: 500, body: 'x'.repeat(300_000) }, 'RESULT_REFUSED', /\(500\)$/],
  [{ status: 503, body: '{"error":{"__proto__":{},"tokenTraceId":"t"}}' }, 'PROVIDER_AWAY', /\(503\)$/],
  [{ status: 500, body: { error: 'just text' } }, 'RESULT_REFUSED', /\(500\)$/],
  [{ body: 'not json' }, 'RESULT_INVALID', /not JSON/],
  [{ body: '' }, 'RESULT_INVALID', /not JSON/],
  [{ body: '{"status":"PROCESSED","__proto__":{"x":1}}' }, 'RESULT_INVALID', /hostile/],
  [{ body: '{"status":"PROCESSED","a":{"constructor":{"prototype":{}}}}' }, 'RESULT_INVALID', /hostile/],
  [{ body: '['.repeat(100_000) }, 'RESULT_INVALID', /not JSON/],
  [{ body: { status: 'PROCESSED', x: 'x'.repeat(262_144) } }, 'RESULT_INVALID', /more than 262144 bytes/],
  [{ fault: 'endless' }, 'RESULT_INVALID', /more than 262144 bytes/],
  [{ body: [] }, 'RESULT_INVALID', /not a result/],
  [{ body: 'null' }, 'RESULT_INVALID', /not a result/],
  [{ body: {} }, 'RESULT_INVALID', /not a result/],
  [{ body: { status: 7 }, headers: { tokenTraceId: 'trace-2' } }, 'RESULT_INVALID', /not a result \(trace trace-2\)$/],
  [{ body: { status: '' } }, 'RESULT_INVALID', /not a result/],
  [{ body: { status: 'PROCESSED', tokenId: { a: 1 } } }, 'RESULT_INVALID', /not a result/],
  [{ fault: 'reset' }, 'PROVIDER_AWAY', /cannot be reached \(UND_ERR_SOCKET|ECONNRESET/],
  [{ fault: 'cut', body: { status: 'PROCESSED' } }, 'PROVIDER_AWAY', /cannot be reached/],
]

void test('every other answer is a failure with its code, and its words stay out of it', async t => {
  const { server, provider } = await open(t)
  for (const [reply, code, reason, retryAfter] of refusals) {
    server.answer(id, reply)
    const claim = `${reply.status ?? 200} ${reply.fault ?? JSON.stringify(reply.body ?? '').slice(0, 60)}`
    const failure = await failureOf(provider.fetchResult(callback, forever))
    t.strictSame([failure.code, failure.retryAfter], [code, retryAfter], claim)
    t.match(failure.reason, reason, claim)
    t.notMatch(`${failure.stack}${JSON.stringify(failure)}`, /secret|bS1hYmM6c2VjcmV0/, `${claim}: nothing leaks`)
    t.equal(failure.cause, undefined)
    t.equal(server.asked(id), 1, `${claim}: asked once, no redirect followed`)
  }
})

void test('a Retry-After that is a date counts from now', async t => {
  const { server, provider } = await open(t)
  server.answer(id, { status: 503, headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() } })
  const { retryAfter = 0 } = await failureOf(provider.fetchResult(callback, forever))
  t.ok(retryAfter > 50_000 && retryAfter <= 60_000)
})

void test('Token.io that is not there is away', async t => {
  const { server, provider } = await open(t)
  await server.close()
  t.equal((await failureOf(provider.fetchResult(callback, forever))).code, 'PROVIDER_AWAY')
  t.match(provider.health(), { status: 'degraded', reason: 'Token.io cannot be reached (ECONNREFUSED)' })
})

void test('Token.io that is silent is away, in time', async t => {
  const { server, provider } = await open(t)
  server.answer(id, { fault: 'hang' })
  const started = Date.now()
  t.equal((await failureOf(provider.fetchResult(callback, forever))).code, 'PROVIDER_AWAY')
  t.ok(Date.now() - started < 8000)
  t.match(provider.health(), { status: 'degraded', reason: /cannot be reached/ })
})

void test('an abort ends the ask at once and is no sign of trouble', async t => {
  const { server, provider } = await open(t)
  server.answer(id, { fault: 'hang' })
  const stop = new AbortController()
  const asking = failureOf(provider.fetchResult(callback, stop.signal))
  while (server.asked(id) === 0) await new Promise(resolve => setImmediate(resolve))
  const started = Date.now()
  stop.abort()
  t.match(await asking, { code: 'PROVIDER_AWAY', reason: 'asking Token.io was called off' })
  t.ok(Date.now() - started < 1000)
  t.equal((await failureOf(provider.fetchResult(callback, stop.signal))).code, 'PROVIDER_AWAY', 'aborted before it began')
  t.equal(server.asked(id), 1)
  t.strictSame(provider.health(), { status: 'ok' })
})

void test('health says what the last call saw', async t => {
  const { server, provider } = await open(t)
  const rows: readonly (readonly [TokenioReply, object])[] = [
    [{ status: 401 }, { status: 'degraded', reason: 'Token.io refuses our credentials (401)' }],
    [{ status: 503 }, { status: 'degraded', reason: 'Token.io cannot answer now (503)' }],
    [{ status: 429 }, { status: 'ok' }],
    [{ status: 403 }, { status: 'degraded', reason: 'Token.io refuses our credentials (403)' }],
    [pending, { status: 'ok' }],
  ]
  for (const [reply, expected] of rows) {
    server.answer(id, reply)
    await provider.fetchResult(callback, forever).catch(() => {})
    t.strictSame(provider.health(), expected)
  }
})

void test('many asks at once share a bounded number of connections', async t => {
  const { server, provider } = await open(t)
  server.otherwise({ ...pending, delay: 5 })
  const results = await Promise.all(Array.from({ length: 600 }, () => provider.fetchResult(callback, forever)))
  t.equal(results.length, 600)
  t.ok(server.connections() <= 256 + 32, `${server.connections()} connections`)
})

/** A server that says nothing of how long it keeps a connection, and keeps it for ever, or ends it when told to. */
async function openSilent (t: Test) {
  const sockets: Socket[] = []
  const server = createServer({ keepAliveTimeout: 0 }, (_request, response) => {
    response.end(JSON.stringify(pending.body))
  }).on('connection', (socket: Socket) => { sockets.push(socket) })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const provider = openTokenio({ TOKENIO_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  t.teardown(async () => {
    await provider.close()
    server.close()
  })
  async function end (): Promise<void> {
    const socket = sockets.at(-1)
    socket?.end()
    await until(() => socket?.closed === true) // the client has ended its side, too
  }
  return { provider, end, connections: () => sockets.length }
}

void test('a callback now and then uses the connection of the one before', async t => {
  const { provider, connections } = await openSilent(t)
  await provider.fetchResult(callback, forever)
  await sleep(6000)
  await provider.fetchResult(callback, forever)
  t.equal(connections(), 1)
})

void test('a connection that Token.io has closed is not used again', async t => {
  const { provider, connections, end } = await openSilent(t)
  for (let i = 1; i <= 3; i++) {
    await provider.fetchResult(callback, forever)
    t.equal(connections(), i)
    await end()
  }
})

void test('a key that could leave its place in the path is never asked for', async t => {
  const { server, provider } = await open(t)
  for (const key of ['..', '../x', 'a/b', 'a%2fb', 'a?b', 'a#b', '', 'a\r\nb', 'x'.repeat(129)]) {
    t.equal((await failureOf(provider.fetchResult({ ...callback, key }, forever))).code, 'KEY_UNKNOWN', JSON.stringify(key.slice(0, 20)))
  }
  t.equal(server.asks.length, 0)
})
