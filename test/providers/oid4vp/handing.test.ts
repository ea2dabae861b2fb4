import { CallbackApi, Configuration, IotaApi } from '@affinidi-tdk/iota-client'
import t from 'tap'
import { browserSecret, browserSecretHash, openRegistered } from './open-registered.ts'

const presentation = '{"@context":["https://www.w3.org/2018/credentials/v1"],"type":["VerifiablePresentation"]}'
const submission = '{"id":"s","definition_id":"d","descriptor_map":[]}'
const correlationId = 'f2f3f4b6-43a1-4b7e-a07c-5a1a9a1d5a0e'
const configurationId = 'c3c0a4a8-2f0e-4f0d-8f57-0f4f6b9d1f0a'
const given = { correlationId, configurationId, transactionId: 'tx-1', nonce: 'nonce-1', connectionClientId: 'app-7' }

void t.test("Affinidi's client goes the whole redirect flow", async t => {
  const { url, register, tokenFor } = await openRegistered(t)
  const configuration = new Configuration({ basePath: `${url}/ais`, apiKey: tokenFor('app-7', 'results'), baseOptions: { proxy: false } })
  const { body: { key: state, oid4vp: { transactionId } } } = await register(given, { returnUrl: 'https://app.example/iota-callback' })

  const { data: callback } = await new CallbackApi(configuration).iotOIDC4VPCallback({ state, presentation_submission: submission, vp_token: presentation })
  const responseCode = new URL(String(callback.redirect_uri)).searchParams.get('response_code') ?? ''
  t.equal(callback.response_code, responseCode)

  const { data } = await new IotaApi(configuration).fetchIotaVpResponse({ configurationId, correlationId, transactionId, responseCode })
  const { vpToken, nonce } = data as typeof data & { readonly vpToken: string, readonly nonce: string }
  t.match(JSON.parse(vpToken), { type: ['VerifiablePresentation'] })
  t.strictSame(data, { correlationId, vp_token: presentation, vpToken: presentation, presentation_submission: submission, presentationSubmission: submission, nonce })
  t.equal(nonce, 'nonce-1')
})

void t.test('it is handed over to who proves all of it, once, with or without Bearer', async t => {
  const { app, register, post, tokenFor } = await openRegistered(t)
  const { body: { key: state } } = await register(given)
  const early = { transactionId: 'tx-1', responseCode: `${'A'.repeat(32)}${state}` }
  const fetched = async (payload: object, authorization = `Bearer ${tokenFor('app-7', 'results')}`) => {
    const reply = await app.inject({ method: 'POST', url: '/v1/fetch-iota-response', headers: { authorization }, payload })
    return { status: reply.statusCode, body: reply.body, headers: reply.headers }
  }
  t.equal((await fetched(early)).status, 403, 'before there is a code, none is right')
  const { response_code: responseCode } = (await post({ state, vp_token: presentation })).json<{ response_code: string }>()
  const good = { transactionId: 'tx-1', responseCode, correlationId, configurationId }
  for (const [claim, status, payload, authorization] of [
    ['another transaction', 403, { ...good, transactionId: 'tx-2' }],
    ['another code', 403, { ...good, responseCode: `${'A'.repeat(32)}${state}` }],
    ['another correlation', 403, { ...good, correlationId: 'c' }],
    ['another configuration', 403, { ...good, configurationId: 'c' }],
    ['a code of nothing', 404, { ...good, responseCode: 'abc' }],
    ['no code', 400, { transactionId: 'tx-1' }],
    ['no transaction', 400, { responseCode }],
    ['another client', 404, good, `Bearer ${tokenFor('app-8', 'results')}`],
    ['another scope', 403, good, `Bearer ${tokenFor('app-7', 'subscribe')}`],
    ['no token', 401, good, 'Bearer'],
  ] as const) t.equal((await fetched(payload, authorization)).status, status, claim)

  const first = await fetched(good, tokenFor('app-7', 'results'))
  t.equal(first.status, 200, 'without Bearer')
  t.equal(first.headers['cache-control'], 'no-store')
  t.equal((await fetched({ transactionId: 'tx-1', responseCode })).body, first.body, 'and again, as a reply can be lost')
})

void t.test("where a registration names its browser's secret, the result is handed over for nobody else's", async t => {
  const { app, register, post, tokenFor } = await openRegistered(t)
  const { body: { key: state } } = await register({ ...given, browserSecretHash })
  const { response_code: responseCode } = (await post({ state, vp_token: presentation })).json<{ response_code: string }>()
  const fetched = async (more: object) => (await app.inject({
    method: 'POST', url: '/v1/fetch-iota-response', headers: { authorization: tokenFor('app-7', 'results') }, payload: { transactionId: 'tx-1', responseCode, ...more },
  })).statusCode
  for (const more of [{}, { browserSecret: ' ' }, { browserSecret: browserSecretHash }, { browserSecret: `${browserSecret}A` }]) t.equal(await fetched(more), 403, JSON.stringify(more))
  t.equal(await fetched({ browserSecret: 5 }), 400)
  t.equal(await fetched({ browserSecret }), 200)
})

void t.test('a refusal leaves nothing to hand over', async t => {
  const { app, register, post, tokenFor } = await openRegistered(t)
  const { body: { key: state } } = await register(given)
  const { response_code: responseCode } = (await post({ state, error: 'access_denied' })).json<{ response_code: string }>()
  const reply = await app.inject({ method: 'POST', url: '/ais/v1/fetch-iota-response', headers: { authorization: tokenFor('app-7', 'results') }, payload: { transactionId: 'tx-1', responseCode } })
  t.equal(reply.statusCode, 404)
})
