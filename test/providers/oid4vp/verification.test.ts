import { setTimeout } from 'node:timers/promises'
import { deflateSync } from 'node:zlib'
import t from 'tap'
import type { JsonObject } from '../../../src/domain/callback.ts'
import { jwtOf } from '../../token/jwt.ts'
import { patientFetch } from '../../clients.ts'
import { openRegistered, verified } from './open-registered.ts'
import { ldpVpOf, partyOf, sdJwtOf, vct } from './wallet.ts'

const issuer = partyOf('P-256', 'jwk')
const holder = partyOf('P-256')
/** What is asked for again until it is as it should be. */
async function until<T> (ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (isSo(answer)) return answer
    await setTimeout(100)
  }
}

const good = async () => JSON.stringify({ email: [await sdJwtOf({ issuer, holder })] })
const bad = async (nonce = 'other') => JSON.stringify({ email: [await sdJwtOf({ issuer, holder, kb: { nonce } })] })

void t.test('a presentation is verified before it is taken, and the event says so', async t => {
  const { register, post, told } = await openRegistered(t)
  const { body: { key: state } } = await register({ ...verified, correlationId: 'c-1' }, { returnUrl: 'https://app.example/done?a=b' })
  const vpToken = await good()
  const reply = await post({ state, vp_token: vpToken })
  const { response_code: code, redirect_uri: redirect } = reply.json<{ response_code: string, redirect_uri: string }>()
  t.equal(reply.statusCode, 200)
  t.equal(redirect, `https://app.example/done?a=b&response_code=${code}`)
  t.strictSame((await told()).map(({ topic, type, data }) => ({ topic, type, data })), [{
    topic: `callbacks/v1/app-7/oid4vp/${state}`,
    type: 'callbacks.oid4vp.completed.v1',
    data: { state, correlationId: 'c-1', responseCode: code, vpToken, verified: true, presentations: [{ id: 'email', format: 'dc+sd-jwt', types: [vct], issuer: issuer.did }] },
  }])

  t.equal((await post({ state, vp_token: vpToken })).body, reply.body, 'the same again has the same answer')
  t.equal((await post({ state, vp_token: await good() })).statusCode, 403, 'replay: another for a used state')
  t.strictSame(await told(), [])
})

void t.test('one that fails is told without itself, and may be tried again twice', async t => {
  const { register, post, told, journal } = await openRegistered(t)
  const { body: { key: state } } = await register()
  const first = await bad('one')
  const refused = await post({ state, vp_token: first })
  t.equal(refused.statusCode, 400)
  t.match(refused.json(), { name: 'InvalidParameterError', details: [{ field: 'vp_token', location: 'body', issue: /\(nonce_mismatch\)$/ }] })
  t.strictSame((await told()).map(({ data }) => data), [{ state, stage: 'verification', error: 'nonce_mismatch', final: false }])

  const again = await post({ state, vp_token: first })
  t.strictSame([again.statusCode, again.json<{ details: object }>().details], [400, refused.json<{ details: object }>().details], 'the same again is refused alike')
  t.strictSame(await told(), [], 'and told once')

  await post({ state, vp_token: await bad('two') })
  t.match((await told()).map(({ data }) => data), [{ final: false }])
  t.equal((await post({ state, vp_token: await bad('three') })).statusCode, 400)
  t.match((await told()).map(({ data }) => data), [{ error: 'nonce_mismatch', final: true }])
  t.equal((await post({ state, vp_token: await good() })).statusCode, 403, 'the third closes it')
  t.notMatch(JSON.stringify(await journal.lastEvent('oid4vp', state)), first.slice(12, 60))
})

void t.test('a wallet that tries again and does better has its result', async t => {
  const { register, post, told } = await openRegistered(t)
  const { body: { key: state } } = await register()
  await post({ state, vp_token: await bad() })
  t.equal((await post({ state, vp_token: await good() })).statusCode, 200)
  t.match((await told()).map(({ data }) => data), [{ error: 'nonce_mismatch', final: false }, { verified: true }])
})

void t.test('an outage elsewhere costs the wallet no try and tells nobody', async t => {
  let isAway = true
  let asked = 0
  const list = jwtOf({
    header: { alg: 'ES256', typ: 'statuslist+jwt', kid: issuer.kid }, key: issuer.privateKey,
    claims: { iss: issuer.did, sub: 'https://status.example/1', status_list: { bits: 1, lst: deflateSync(Buffer.alloc(8)).toString('base64url') } },
  })
  const { register, post, told } = await openRegistered(t, {}, async () => { asked++; return isAway ? { status: 503, body: '' } : { status: 200, body: list } })
  const { body: { key: state } } = await register()
  const status = { status_list: { uri: 'https://status.example/1', idx: 1 } }
  const vp_token = JSON.stringify({ email: [await sdJwtOf({ issuer, holder, claims: { status } })] })
  for (let turn = 0; turn < 5; turn++) {
    const reply = await post({ state, vp_token })
    t.match([reply.statusCode, reply.headers['retry-after'], reply.json()], [503, '2', { name: 'ServiceUnavailableError', message: /try again/ }])
  }
  t.equal(asked, 1, 'and makes nobody knock there as fast as it is posted')
  t.strictSame(await told(), [])
  isAway = false
  const reply = await until(async () => post({ state, vp_token }), ({ statusCode }) => statusCode !== 503)
  t.equal(reply.statusCode, 200)
  t.match((await told()).map(({ data }) => data), [{ state, verified: true }])
})

void t.test('a thousand posts of one response have one answer and one event, and cost one verification', async t => {
  const { url, register, told } = await openRegistered(t)
  const { body: { key: state } } = await register()
  const vp_token = await good()
  const body = new URLSearchParams({ state, vp_token })
  const replies = await Promise.all(Array.from({ length: 1000 }, async () => {
    const reply = await patientFetch(`${url}/v1/callback`, { method: 'POST', body })
    return `${reply.status} ${await reply.text()}`
  }))
  t.equal(new Set(replies).size, 1)
  t.match(replies[0], /^200 /)
  t.equal((await told()).length, 1)
})

void t.test("a wallet's error is taken unverified, and its user returns with it", async t => {
  const { register, post, told } = await openRegistered(t)
  const { body: { key: state } } = await register(verified, { returnUrl: 'https://app.example/done' })
  const reply = await post(`state=${state}&error=access_denied&error_description=No+%C3%A9`)
  t.match(reply.json(), { redirect_uri: 'https://app.example/done?error=access_denied&error_description=No+%C3%A9' })
  t.match((await told()).map(({ data }) => data), [{ stage: 'wallet', error: 'access_denied', final: true }])
})

void t.test('where presentations stay here, events carry only the code', async t => {
  const { register, post, told } = await openRegistered(t, { EVENT_PAYLOAD: 'reference' })
  const { body: { key: state } } = await register({ ...verified, correlationId: 'f2f3f4b6-43a1-4b7e-a07c-5a1a9a1d5a0e', connectionClientId: 'app-7' })
  await post({ state, vp_token: await good(), onboarded: true })
  const [event, ...more] = await told()
  t.strictSame(more, [], "nor do Affinidi's events")
  t.strictSame(Object.keys(event?.data ?? {}).toSorted(), ['correlationId', 'onboarded', 'presentations', 'responseCode', 'state', 'verified'])
})

void t.test('without a wish to verify, it is told as unverified', async t => {
  const { register, post, told } = await openRegistered(t)
  const { body: { key: state } } = await register({ ...verified, verify: false })
  t.equal((await post({ state, vp_token: await bad() })).statusCode, 200)
  t.match((await told()).map(({ data }) => data), [{ verified: false }])
})

void t.test("a path that names nobody's state leads around no verification, where unregistered ones are taken", async t => {
  const { register, post, told } = await openRegistered(t, { OID4VP_UNREGISTERED: 'accept' })
  const { body: { key: state } } = await register()
  for (const path of ['/v1/callback/nobody', '/ais/v1/callback/nobody']) {
    t.equal((await post({ state, vp_token: await bad() }, path)).statusCode, 403)
    t.equal((await post(new URLSearchParams({ state, vp_token: await bad() }).toString(), path)).statusCode, 403)
  }
  t.strictSame(await told(), [])
  t.equal((await post({ state, vp_token: await good() }, `/v1/callback/${state}`)).statusCode, 200)
  t.match((await told()).map(({ data }) => data), [{ state, verified: true }])
  t.equal((await post({ vp_token: 'eyJh.b.c' }, '/v1/callback/nobody')).statusCode, 200, 'and nobody’s own is still taken')
})

void t.test('a state that nobody registered is refused', async t => {
  const { post, told } = await openRegistered(t)
  t.equal((await post({ state: 'unknown', vp_token: await good() })).statusCode, 403)
  t.strictSame(await told(), [])
})

const correlationId = 'f2f3f4b6-43a1-4b7e-a07c-5a1a9a1d5a0e'

void t.test("Affinidi's own events come out on the connection's topic, always with a row of details", async t => {
  const { register, post, told } = await openRegistered(t)
  const definition = { id: 'd', input_descriptors: [{ id: 'email_vc', constraints: { fields: [{ path: ['$.type'], filter: { type: 'array', contains: { const: 'Email' } } }] } }] }
  const { dcqlQuery: _query, ...rest } = verified
  const given: JsonObject = { ...rest, presentationDefinition: definition, correlationId, connectionClientId: 'app-7' }
  const vp = JSON.stringify(ldpVpOf({ issuer, holder }))
  const submission = '{"id":"s","definition_id":"d","descriptor_map":[{"id":"email_vc","format":"ldp_vc","path":"$.verifiableCredential[0]"}]}'

  const first = await register(given)
  t.equal((await post({ state: first.body.key, vp_token: vp, presentation_submission: submission })).statusCode, 200)
  const [affinidi, own] = await told()
  t.match([affinidi, own], [{ topic: 'iota/v1/app-7', type: 'response-callback' }, { type: 'callbacks.oid4vp.completed.v1' }])
  t.strictSame(affinidi?.payload, { eventType: 'response-callback', correlationId, vpToken: vp, presentationSubmission: submission })

  const second = await register({ ...verified, correlationId, connectionClientId: 'app-7' })
  const vpToken = await good()
  await post({ state: second.body.key, vp_token: vpToken })
  t.strictSame((await told())[0]?.payload, { eventType: 'response-callback', correlationId, vpToken }, 'DCQL: no submission at all')

  const third = await register(given)
  await post({ state: third.body.key, error: 'access_denied', error_description: 'No.' })
  t.strictSame((await told())[0]?.payload, {
    eventType: 'error', correlationId, error: { message: 'Operation forbidden: access_denied.', httpStatusCode: 403, details: [{ issue: 'access_denied: No.' }] },
  })

  const fourth = await register(given)
  t.equal((await post({ state: fourth.body.key, vp_token: vp })).statusCode, 400)
  t.match((await told())[0]?.payload, { eventType: 'error', error: { httpStatusCode: 400, details: [{ issue: 'query_not_met' }] } })
})
