import { performance } from 'node:perf_hooks'
import t from 'tap'
import { Failure } from '../../src/domain/failure.ts'
import { callbackPath, id, openFace } from './open-face.ts'

const canary = 'CANARY-7f3a'
const form = (given: { readonly [name: string]: string }) => ({ headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: new URLSearchParams(given).toString() })

/** Every way in, with something secret in every place that a client fills. */
const requests = [
  { url: `${callbackPath}&error=14&message=${canary}&trace-id=${canary}&signature=${canary}` },
  { url: `/v1/tokenio/callback?request-id=${canary}&request_id=${canary}&credential-fields=${canary}&error=${canary}` },
  { url: `/v1/tokenio/callback?${canary}=1&${canary}=2&request-id=${id}&request_id=${id}` },
  { url: `/v1/tokenio/bank-callback?code=${canary}&state=${canary}` },
  { url: `/v1/tokenio/bank-callback?code=%ff${canary}` },
  { method: 'POST', url: '/v1/tokenio/callback', payload: { 'request-id': id, request_id: id, message: canary, [canary]: canary } },
  { method: 'POST', url: '/v1/tokenio/callback', headers: { 'content-type': 'application/json' }, payload: `{"${canary}": ${canary}` },
  { method: 'POST', url: '/v1/callback', ...form({ state: canary, vp_token: canary, presentation_submission: canary }) },
  { method: 'POST', url: '/v1/callback', ...form({ state: `${canary} `, vp_token: `{"${canary}":["${canary}"]}` }) },
  { method: 'POST', url: '/v1/callback', ...form({ response: `${canary}.${canary}.${canary}.${canary}.${canary}` }) },
  { method: 'POST', url: '/v1/callback', ...form({ state: canary, error: canary, error_description: canary }) },
  { method: 'POST', url: `/v1/callback/${canary}`, payload: { state: 'another', vp_token: canary } },
  { url: `/v1/callback/${canary}?error=${canary}&error_description=${canary}` },
  { url: `/v1/callback/${canary}%ff?response_code=${canary}` },
  { method: 'POST', url: '/v1/consumer/oauth2/token', ...form({ grant_type: 'client_credentials', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: `${canary}.${canary}.${canary}`, client_id: canary }) },
  { method: 'POST', url: '/v1/consumer/oauth2/token', ...form({ grant_type: canary, scope: canary }) },
  { method: 'POST', url: '/v1/registrations', headers: { authorization: `Bearer ${canary}` }, payload: { provider: 'oid4vp', returnUrl: `https://${canary}.example` } },
  { url: `/v1/registrations/tokenio/${canary}`, headers: { authorization: `Bearer ${canary}.${canary}.${canary}` } },
  { url: `/v1/events/tokenio/${canary}`, headers: { authorization: `Basic ${canary}` } },
  { method: 'POST', url: `/v1/tokenio/token-requests/${id}/credentials`, headers: { authorization: `Bearer ${canary}` }, payload: { credentials: { otp: canary } } },
  { url: `/${canary}?${canary}=${canary}`, headers: { cookie: canary, 'x-canary': canary, traceparent: canary, 'user-agent': canary } },
  { method: 'DELETE', url: `/v1/tokenio/callback?${canary}` },
] as const

void t.test('nothing that a client sent is in a log line or an error, whatever goes wrong', async t => {
  const append = { 'as it should be': undefined, 'the journal is away': async () => { throw new Failure('JOURNAL_UNAVAILABLE', { reason: 'disk full' }) } }
  for (const [claim, failing] of Object.entries(append)) {
    const { app, parts, lines, token } = await openFace(t)
    if (failing !== undefined) parts.journal.append = failing
    for (const request of requests) {
      for (const accept of ['application/json', 'text/html']) {
        const headers = { ...'headers' in request ? request.headers : {}, accept }
        const reply = await app.inject({ ...request, headers })
        t.notMatch(reply.payload, canary, `${claim}: ${request.url}, ${accept}`)
        const own = await app.inject({ ...request, headers: { ...headers, authorization: `Bearer ${token}` } })
        if (own.statusCode >= 400) t.notMatch(own.payload, canary, `${claim}, with a token: ${request.url}`)
      }
    }
    t.notMatch(lines.join(''), new RegExp(`${canary}|vp_token|Bearer|${token.slice(-20)}|CANARY-api-key|request-id=|credential-fields=`), claim)
    for (const said of ['token refused', 'access refused']) t.match(lines.join(''), said, claim)
  }
})

void t.test('a state that is unknown and one that is known, and used, differ in nothing: status, body, time', async t => {
  const { app, token } = await openFace(t)
  const made = await app.inject({ method: 'POST', url: '/v1/registrations', headers: { authorization: `Bearer ${token}` }, payload: { provider: 'oid4vp', oid4vp: { verify: false } } })
  const { key } = made.json<{ key: string }>()
  const send = (state: string, vp: string) => app.inject({ method: 'POST', url: '/v1/callback', ...form({ state, vp_token: vp }) })
  t.equal((await send(key, 'a.b.c')).statusCode, 200)
  const timed = async (state: string) => {
    const since = performance.now()
    const reply = await send(state, 'd.e.f')
    const { traceId: _traceId, ...body } = reply.json<{ traceId: string }>()
    return { status: reply.statusCode, body, took: performance.now() - since }
  }
  const [used, unknown] = [await timed(key), await timed('3f8d5f0e-0000-4000-8000-000000000000')]
  t.strictSame([used.status, used.body], [unknown.status, unknown.body])
  t.equal(unknown.status, 403)
  for (const { took } of [used, unknown]) t.ok(took > 95, `both leave at the same time after their request came: ${took} ms`)
})
