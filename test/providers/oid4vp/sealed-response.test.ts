import { deflateRawSync } from 'node:zlib'
import { CompactEncrypt, importJWK } from 'jose'
import t from 'tap'
import { openRegistered, verified, type Registered } from './open-registered.ts'
import { partyOf, sdJwtOf } from './wallet.ts'

const issuer = partyOf('P-256')
const holder = partyOf('P-256')
const presented = async () => ({ vp_token: { email: [await sdJwtOf({ issuer, holder })] } })

async function sealed (payload: unknown, { oid4vp: { responseEncryptionJwk: jwk } }: Registered, header: { readonly alg?: string, readonly enc?: string, readonly kid?: string | undefined } = {}) {
  const protectedHeader = { alg: 'ECDH-ES', enc: 'A128GCM', kid: jwk.kid, ...header }
  const key = await importJWK({ ...jwk, alg: protectedHeader.alg }, protectedHeader.alg)
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return new CompactEncrypt(Buffer.from(text)).setProtectedHeader(JSON.parse(JSON.stringify(protectedHeader)) as { alg: string, enc: string }).encrypt(key)
}

const form = (response: string) => new URLSearchParams({ response }).toString()

void t.test('an encrypted response is opened with the key of its request, found by its kid or by its path', async t => {
  const { register, post, told } = await openRegistered(t)
  for (const enc of ['A128GCM', 'A256GCM']) {
    for (const [claim, kid, path] of [['kid', true, '/v1/callback'], ['path', false, '/v1/callback/'], ['both', true, '/ais/v1/callback/']] as const) {
      const { body } = await register()
      const response = await sealed({ ...await presented(), state: body.key }, body, { enc, ...!kid && { kid: undefined } })
      const reply = await post(form(response), path.endsWith('/') ? `${path}${body.key}` : path)
      t.equal(reply.statusCode, 200, `${enc}, found by ${claim}`)
      t.match((await told()).map(({ data }) => data), [{ state: body.key, verified: true }])
    }
  }
})

void t.test('its state may be left out, and stand beside it as some wallets do', async t => {
  const { register, post } = await openRegistered(t)
  const first = await register()
  t.equal((await post(form(await sealed(await presented(), first.body)))).statusCode, 200, 'left out')
  const second = await register()
  t.equal((await post(`${form(await sealed({ ...await presented(), state: second.body.key }, second.body))}&state=${second.body.key}`)).statusCode, 200, 'beside')
  const third = await register()
  t.equal((await post({ response: await sealed(await presented(), third.body) })).statusCode, 200, 'as JSON')
})

void t.test("a wallet's error may be encrypted or not", async t => {
  const { register, post, told } = await openRegistered(t)
  const first = await register()
  t.equal((await post(form(await sealed({ error: 'access_denied', state: first.body.key }, first.body)))).statusCode, 200)
  t.match((await told()).map(({ data }) => data), [{ state: first.body.key, error: 'access_denied' }])
  const second = await register()
  t.equal((await post('error=access_denied', `/v1/callback/${second.body.key}`)).statusCode, 200)
  t.match((await told()).map(({ data }) => data), [{ state: second.body.key, error: 'access_denied' }])
})

void t.test('a repeat is recognised though it is encrypted anew', async t => {
  const { register, post, told } = await openRegistered(t)
  const { body } = await register()
  const payload = await presented()
  const [first, again] = [await post(form(await sealed(payload, body))), await post(form(await sealed(payload, body)))]
  t.strictSame([again.statusCode, again.body], [200, first.body])
  t.equal((await told()).length, 1)
})

void t.test('one that is of another request, or of none, is refused', async t => {
  const { register, post, told } = await openRegistered(t)
  const [one, other] = [(await register()).body, (await register()).body]
  const payload = await presented()
  for (const [claim, status, response, path] of [
    ['an unknown kid', 403, await sealed(payload, one, { kid: 'nobody' })],
    ["another request's kid", 400, await sealed(payload, one, { kid: other.key })],
    ["another request's path", 400, await sealed(payload, one), `/v1/callback/${other.key}`],
    ["another request's state inside", 403, await sealed({ ...payload, state: other.key }, one)],
    ['no kid and no path', 400, await sealed(payload, one, { kid: undefined })],
    ['another key agreement', 400, await sealed(payload, one, { alg: 'ECDH-ES+A128KW' })],
    ['another encryption', 400, await sealed(payload, one, { enc: 'A192GCM' })],
    ['no JSON inside', 400, await sealed('secret', one)],
    ['no object inside', 400, await sealed([payload], one)],
    ['nothing inside', 400, await sealed({ state: one.key }, one)],
    ['a wrong type inside', 400, await sealed({ error: 5, state: one.key }, one)],
    ['five parts of nothing', 400, 'a.b.c.d.e'],
    ['a presentation unencrypted in its place', 400, 'secret'],
  ] as const) {
    const reply = await post(form(response), path)
    t.equal(reply.statusCode, status, claim)
    t.notMatch(reply.body, /secret/, claim)
  }
  t.equal((await post(`response=${'a'.repeat(1_100_000)}`)).statusCode, 413, 'a huge body')
  t.strictSame(await told(), [])
})

void t.test('nothing compressed is unpacked', async t => {
  const { register, post } = await openRegistered(t)
  const { body } = await register()
  const response = await sealed(deflateRawSync(JSON.stringify(await presented())).toString('latin1'), body)
  const [head = '', ...rest] = response.split('.')
  const zipped = { ...JSON.parse(Buffer.from(head, 'base64url').toString()) as object, zip: 'DEF' }
  const reply = await post(form([Buffer.from(JSON.stringify(zipped)).toString('base64url'), ...rest].join('.')))
  t.match([reply.statusCode, reply.json()], [400, { details: [{ field: 'response', issue: /zip/ }] }])
})

void t.test('a request that wants no verification has its key all the same', async t => {
  const { register, post, told } = await openRegistered(t)
  const { body } = await register({ ...verified, verify: false })
  t.equal((await post(form(await sealed({ vp_token: 'eyJh.b.c', state: body.key, onboarded: true, presentation_submission: { id: 's' } }, body)))).statusCode, 200)
  t.match((await told()).map(({ data }) => data), [{ vpToken: 'eyJh.b.c', onboarded: true, presentationSubmission: '{"id":"s"}' }])
})
