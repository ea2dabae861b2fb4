import { Ajv } from 'ajv'
import { CallbackApi, Configuration, type CallbackInput } from '@affinidi-tdk/iota-client'
import { pino } from 'pino'
import { test, type Test } from 'tap'
import { createBreaker } from '../../../src/delivery/breaker.ts'
import { createEventValidators } from '../../../src/delivery/event-validators.ts'
import { createResolve } from '../../../src/delivery/resolve.ts'
import { createToEvent } from '../../../src/delivery/to-event.ts'
import type { Journal } from '../../../src/journal/journal.ts'
import type { OpenProvider } from '../../../src/providers/provider.ts'
import { channelOf, startApp, state } from './open.ts'

const paths = ['/v1/callback', '/ais/v1/callback']
const presentation = '{"@context":["https://www.w3.org/2018/credentials/v1"],"type":["VerifiablePresentation"]}'
const submission = '{"id":"s","definition_id":"d","descriptor_map":[]}'
const fitsReply = new Ajv().compile(channelOf().reply)

type App = Awaited<ReturnType<typeof startApp>>

function postJson ({ app }: App, body: unknown, url = '/v1/callback') {
  return app.inject({ method: 'POST', url, headers: { 'content-type': 'application/json' }, payload: typeof body === 'string' ? body : JSON.stringify(body) })
}

function postForm ({ app }: App, body: string, url = '/v1/callback') {
  return app.inject({ method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: body })
}

/** The events that come of what was appended, as the delivery records them. */
async function eventsOf ({ journal, provider }: { readonly journal: Journal, readonly provider: OpenProvider }) {
  const resolve = createResolve({
    provider, journal, breaker: createBreaker(), log: pino({ level: 'silent' }), subscriberOf: async () => 'default', putOff: async (_claim, failure) => { throw failure }, topicPrefix: 'callbacks/v1',
    toEvent: createToEvent({ source: 'urn:callback-receiver', topicPrefix: 'callbacks/v1', validators: createEventValidators([provider]) }),
  })
  for (const claim of await journal.claim(provider.name, 10)) await resolve(claim, new AbortController().signal)
  return (await journal.claimEvents(10)).map(({ event }) => ({ topic: event.topic, ...JSON.parse(event.payload) as { type: string, subject: string, data: object } }))
}

function clientOf ({ url }: App) {
  const api = new CallbackApi(new Configuration({ basePath: `${url}/ais`, baseOptions: { proxy: false } }))
  return (input: CallbackInput) => api.iotOIDC4VPCallback(input)
}

void test("Affinidi's client brings a presentation, and the event follows", async t => {
  const app = await startApp(t)
  const call = clientOf(app)
  const input = { state, presentation_submission: submission, vp_token: presentation, onboarded: true }
  const { status, data, headers } = await call(input)
  t.equal(status, 200)
  t.ok(fitsReply(data), 'the reply fits its schema')
  t.match(data.response_code, /^[A-Za-z0-9_-]{32}$/)
  t.equal(headers['cache-control'], 'no-store')

  t.strictSame((await call(input)).data, data, 'the same again has the same answer')
  const events = await eventsOf(app)
  t.match(events, [{ type: 'callbacks.oid4vp.completed.v1', subject: state, topic: `callbacks/v1/default/oid4vp/${state}` }])
  t.strictSame(events.map(event => event.data), [
    { state, responseCode: data.response_code, vpToken: presentation, presentationSubmission: submission, onboarded: true, verified: false },
  ], 'and no second event')
})

void test("Affinidi's client brings a wallet's error, and the event follows", async t => {
  const app = await startApp(t)
  const { status, data } = await clientOf(app)({ state, error: 'access_denied', error_description: 'The user declined.' })
  t.equal(status, 200)
  t.ok(fitsReply(data))
  const events = await eventsOf(app)
  t.match(events, [{ type: 'callbacks.oid4vp.failed.v1', subject: state }])
  t.strictSame(events[0]?.data, { state, stage: 'wallet', error: 'access_denied', errorDescription: 'The user declined.', final: true })
})

void test("Affinidi's client understands what is refused", async t => {
  const app = await startApp(t)
  const call = clientOf(app)
  await t.rejects(call({ state: 'no state', vp_token: presentation }), {
    name: 'InvalidParameterError', message: 'Invalid parameter: state.', httpStatusCode: 400, traceId: /^[0-9a-f]{32}$/, details: [{ field: 'state', location: 'body' }],
  })
  t.strictSame(await eventsOf(app), [], 'nothing comes of it')
  await call({ state, vp_token: presentation })
  await t.rejects(call({ state, error: 'access_denied' }), { name: 'OperationForbiddenError', httpStatusCode: 403 }, 'another body for a used state')
  t.match((await eventsOf(app)).map(({ type }) => type), ['callbacks.oid4vp.completed.v1'])
})

void test('fifty posts of one response at once have one answer and one event', async t => {
  const app = await startApp(t)
  const replies = await Promise.all(Array.from({ length: 50 }, () => postJson(app, { state, vp_token: presentation })))
  t.equal(new Set(replies.map(({ statusCode, body }) => `${statusCode} ${body}`)).size, 1)
  t.equal((await eventsOf(app)).length, 1)
})

void test('a form says what JSON says', async t => {
  const app = await startApp(t)
  const form = new URLSearchParams({ vp_token: presentation, presentation_submission: submission, onboarded: 'true', state, iss: 'https://wallet.example' }).toString()
  const first = await postForm(app, form)
  t.equal(first.statusCode, 200)
  t.match(first.headers, { 'content-type': /^application\/json/, 'cache-control': 'no-store' })
  const again = await postJson(app, { state, onboarded: true, vp_token: presentation, presentation_submission: submission }, '/ais/v1/callback')
  t.strictSame(again.json(), first.json(), 'so one repeats the other, on either path')

  const declined = await postForm(app, `error=access_denied&error_description=User+declined+%C3%A9%26%3D&state=${state}2`)
  t.equal(declined.statusCode, 200)
  t.match((await eventsOf(app)).map(({ data }) => data), [{ vpToken: presentation }, { error: 'access_denied', errorDescription: 'User declined é&=' }])
})

const taken: readonly (readonly [claim: string, body: object])[] = [
  ['the shortest state', { state: 'a', vp_token: presentation }],
  ['the longest state', { state: 'a'.repeat(255), vp_token: presentation }],
  ['every kind of character that a state has', { state: 'Az09._~-', vp_token: presentation }],
  ['an object', { state: 's1', vp_token: { type: ['VerifiablePresentation'] } }],
  ['an array', { state: 's2', vp_token: ['eyJh.b.c'] }],
  ['a member that nobody knows', { state: 's3', vp_token: 'eyJh.b.c', nonce: 'n' }],
  ['a null that nobody knows', { state: 's4', error: 'server_error', nonce: null }],
]

void test('what a wallet may send is taken', async t => {
  const app = await startApp(t)
  for (const [claim, body] of taken) t.equal((await postJson(app, body)).statusCode, 200, claim)
})

const token = 'secret-presentation'
const refused: readonly (readonly [claim: string, body: unknown, fields: readonly string[]])[] = [
  ['nothing', '{}', ['state', 'vp_token']],
  ['no object', '[]', ['body']],
  ['text', '"secret-presentation"', ['body']],
  ['null', 'null', ['body']],
  ['broken JSON', '{"state":', ['body']],
  ['an empty body', '', ['body']],
  ['JSON that would alter prototypes', `{"state":"${state}","vp_token":"${token}","__proto__":{}}`, ['body']],
  ['no state', { vp_token: token }, ['state']],
  ['an empty state', { state: '', vp_token: token }, ['state']],
  ['a state too long', { state: 'secret-'.repeat(40), vp_token: token }, ['state']],
  ['a state with a slash', { state: 'secret/', vp_token: token }, ['state']],
  ['a state with a line feed', { state: 'secret\n', vp_token: token }, ['state']],
  ['a state of another type', { state: 5, vp_token: token }, ['state']],
  ['no result', { state }, ['vp_token']],
  ['a presentation of another type', { state, vp_token: 5 }, ['vp_token']],
  ['a presentation that is null', { state, vp_token: null }, ['vp_token']],
  ['a presentation nested too deep', `{"state":"${state}","vp_token":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, ['body']],
  ['a submission that is no text', { state, vp_token: token, presentation_submission: {} }, ['presentation_submission']],
  ['a submission that is no JSON', { state, vp_token: token, presentation_submission: token }, ['presentation_submission']],
  ['a submission too long', { state, vp_token: token, presentation_submission: `{"a":"${'a'.repeat(65_536)}"}` }, ['presentation_submission']],
  ['a code alone', { state, response_code: 'secret' }, ['response_code']],
  ['an empty code', { state, vp_token: token, response_code: '' }, ['response_code']],
  ['a code too long', { state, vp_token: token, response_code: 'a'.repeat(256) }, ['response_code']],
  ['an error too long', { state, error: 'a'.repeat(129) }, ['error']],
  ['an error with a control character', { state, error: 'secret\u0007' }, ['error']],
  ['an error of another type', { state, error: { secret: 1 } }, ['error']],
  ['a description too long', { state, error: 'server_error', error_description: 'a'.repeat(4097) }, ['error_description']],
  ['a new user as text', { state, vp_token: token, onboarded: 'true' }, ['onboarded']],
  ['several faults', { state: 'a b', vp_token: 1, presentation_submission: '[]', onboarded: 1 }, ['onboarded', 'presentation_submission', 'state', 'vp_token']],
]

void test('each fault of a JSON body has its row, and nothing is repeated or kept', async t => {
  const app = await startApp(t)
  for (const [claim, body, fields] of refused) {
    const reply = await postJson(app, body)
    assertRefused(t, reply, claim, fields)
  }
  t.strictSame(await eventsOf(app), [])
})

const refusedForms: readonly (readonly [claim: string, body: string, fields: readonly string[]])[] = [
  ['an empty form', '', ['state', 'vp_token']],
  ['a doubled presentation', `state=${state}&vp_token=secret1&vp_token=secret2`, ['vp_token']],
  ['a doubled state', `state=secret1&state=secret2&vp_token=a.b.c`, ['state']],
  ['a doubled error', `state=${state}&error=secret1&error=secret2`, ['error']],
  ['an encrypted response', 'response=secret.b.c.d.e', ['response', 'state']],
  ['a new user who is neither', `state=${state}&vp_token=a.b.c&onboarded=secret`, ['onboarded']],
  ['a presentation cut off', `state=${state}&vp_token=%7B%22secret`, ['vp_token']],
  ['a percent sign that means nothing', `state=${state}&vp_token=secret%`, ['body']],
  ['no UTF-8', `state=${state}&vp_token=secret%FF`, ['body']],
  ['too many parameters', `state=${state}&vp_token=a.b.c${'&a=secret'.repeat(64)}`, ['body']],
]

void test('each fault of a form has its row, and nothing is repeated or kept', async t => {
  const app = await startApp(t)
  for (const [claim, body, fields] of refusedForms) assertRefused(t, await postForm(app, body), claim, fields)
  t.match((await postForm(app, `state=${state}&vp_token=a&vp_token=b`)).json(), { details: [{ issue: 'must be given once', value: 'given 2 times' }] })
  t.strictSame(await eventsOf(app), [])
})

function assertRefused (t: Test, reply: Awaited<ReturnType<typeof postJson>>, claim: string, fields: readonly string[]) {
  const { name, httpStatusCode, details } = reply.json<{ name: string, httpStatusCode: number, details: { field: string, location: string }[] }>()
  t.equal(reply.statusCode, 400, claim)
  t.strictSame([name, httpStatusCode], ['InvalidParameterError', 400], claim)
  t.strictSame(details.map(({ field }) => field).toSorted(), [...fields].toSorted(), `${claim}: one row for each`)
  t.equal(details.every(({ location }) => location === 'body'), true, `${claim}: location`)
  t.notMatch(reply.body, /secret/, `${claim}: nothing is repeated`)
}

void test('other media types are refused, no body is one without an object, and a form too large is too large', async t => {
  const app = await startApp(t)
  for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x']) {
    t.equal((await app.app.inject({ method: 'POST', url: '/v1/callback', headers: { 'content-type': type }, payload: 'a' })).statusCode, 415, type)
  }
  const bare = await app.app.inject({ method: 'POST', url: '/v1/callback' })
  t.match([bare.statusCode, bare.json()], [400, { name: 'InvalidParameterError', details: [{ field: 'body' }] }])
  t.equal((await postForm(app, `state=${state}&vp_token=${'a'.repeat(1_048_576)}`)).statusCode, 413)
  t.equal((await app.app.inject({ method: 'GET', url: '/v1/callback' })).statusCode, 405)
  t.equal((await app.app.inject({ method: 'POST', url: '/v1/tokenio/callback', headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'a=b' })).statusCode, 415, 'another provider takes no forms')
})

const three = ['access-control-allow-origin', 'access-control-allow-methods', 'access-control-allow-headers']

void test('pages of any origin may call it, and read why they were refused', async t => {
  const app = await startApp(t)
  const from = { origin: 'https://wallet.example', 'content-type': 'application/json' }
  for (const url of paths) {
    const bodies = [[200, { state: `s${url.length}`, vp_token: presentation }], [400, {}], [403, { state: `s${url.length}`, vp_token: 'a.b.c' }], [415, undefined]] as const
    for (const [status, body] of bodies) {
      const headers = body === undefined ? { ...from, 'content-type': 'text/plain' } : from
      const reply = await app.app.inject({ method: 'POST', url, headers, payload: JSON.stringify(body ?? {}) })
      t.equal(reply.statusCode, status)
      t.match(reply.headers, { 'access-control-allow-origin': '*', 'access-control-allow-methods': /POST/, 'access-control-allow-headers': /content-type/i }, `${status} ${url}`)
      t.notOk('access-control-allow-credentials' in reply.headers)
    }
  }
  for (const url of [...paths, ...paths.map(path => `${path}/s-1`)]) {
    const put = await app.app.inject({ method: 'PUT', url, headers: from })
    t.match([put.statusCode, put.headers['access-control-allow-origin']], [405, '*'], `405 ${url}`)
    const options = await app.app.inject({ method: 'OPTIONS', url })
    t.equal(options.statusCode, 204, `no preflight ${url}`)
    const preflight = await app.app.inject({ method: 'OPTIONS', url, headers: { origin: from.origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } })
    t.equal(preflight.statusCode, 204)
    t.match(preflight.headers, { 'access-control-allow-origin': '*', 'access-control-allow-methods': /POST/, 'access-control-allow-headers': /content-type/i }, `preflight ${url}`)
  }
})

void test("pages may not call another provider's callback", async t => {
  const { app } = await startApp(t)
  const headers = { origin: 'https://wallet.example', 'access-control-request-method': 'POST' }
  for (const method of ['GET', 'POST', 'OPTIONS'] as const) {
    const reply = await app.inject({ method, url: '/v1/tokenio/callback', headers })
    t.strictSame(three.filter(name => name in reply.headers), [], method)
  }
})

void test('only the origins that are set may call it', async t => {
  const { app } = await startApp(t, ['https://a.example', 'https://b.example'])
  for (const [origin, allowed] of [['https://a.example', 'https://a.example'], ['https://b.example', 'https://b.example'], ['https://c.example', undefined]] as const) {
    const reply = await app.inject({ method: 'POST', url: '/v1/callback', headers: { origin }, payload: {} })
    t.equal(reply.headers['access-control-allow-origin'], allowed, origin)
  }
})
