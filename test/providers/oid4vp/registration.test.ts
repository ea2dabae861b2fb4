import t from 'tap'
import type { JsonObject } from '../../../src/domain/callback.ts'
import { openRegistered, verified } from './open-registered.ts'
import { clientId, nonce } from './wallet.ts'

void t.test('each registration has a key of its own to encrypt for, and says nothing else of what it keeps', async t => {
  const { register } = await openRegistered(t)
  const [first, second] = [await register(), await register()]
  t.equal(first.status, 201)
  const { responseEncryptionJwk: jwk, transactionId } = first.body.oid4vp
  t.match(jwk, { kty: 'EC', crv: 'P-256', kid: first.body.key, use: 'enc', alg: 'ECDH-ES', x: /^[\w-]{43}$/, y: /^[\w-]{43}$/ })
  t.strictSame(Object.keys(jwk).toSorted(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  t.match(transactionId, /^[0-9a-f-]{36}$/)
  t.strictSame(Object.keys(first.body.oid4vp).toSorted(), ['responseEncryptionJwk', 'transactionId'])
  t.not(second.body.oid4vp.responseEncryptionJwk.x, jwk.x)
  t.match(first.body.callbackUrl, new RegExp(`/v1/callback/${first.body.key}$`))
})

void t.test('the same wish again is the same registration, key and all', async t => {
  const { register } = await openRegistered(t)
  const first = await register(verified, { key: 'state-1' })
  const again = await register(verified, { key: 'state-1' })
  t.equal(again.status, 200)
  t.strictSame(again.body.oid4vp, first.body.oid4vp)
  t.equal((await register({ ...verified, nonce: 'other' }, { key: 'state-1' })).status, 409)
})

const bound = { nonce, clientId }
const refused: readonly (readonly [claim: string, given: JsonObject, fields: readonly string[], more?: JsonObject])[] = [
  ['a query without what binds to it', { dcqlQuery: verified.dcqlQuery }, ['oid4vp.nonce', 'oid4vp.clientId']],
  ['verification without what binds to it', { verify: true }, ['oid4vp.nonce', 'oid4vp.clientId']],
  ['two queries', { ...verified, presentationDefinition: { input_descriptors: [{ id: 'a' }] } }, ['oid4vp.presentationDefinition']],
  ['no DCQL', { ...bound, dcqlQuery: { credentials: [] } }, ['oid4vp.dcqlQuery']],
  ['DCQL for what cannot be verified', { ...bound, dcqlQuery: { credentials: [{ id: 'a', format: 'mso_mdoc', meta: { doctype_value: 'd' } }] } }, ['oid4vp.dcqlQuery']],
  ['no presentation definition', { ...bound, presentationDefinition: {} }, ['oid4vp.presentationDefinition']],
  ['a definition beyond the subset', { ...bound, presentationDefinition: { input_descriptors: [{ id: 'a' }], submission_requirements: [] } }, ['oid4vp.presentationDefinition']],
  ['a path beyond the subset', { ...bound, presentationDefinition: { input_descriptors: [{ id: 'a', constraints: { fields: [{ path: ['$..type'] }] } }] } }, ['oid4vp.presentationDefinition']],
  ["Affinidi's events without what they are told apart by", { connectionClientId: 'app-7' }, ['oid4vp.correlationId']],
  ['a state with a slash', {}, ['key'], { key: 'a/b' }],
  ['a secret where its hash belongs', { browserSecretHash: 'secret' }, ['oid4vp.browserSecretHash']],
  ['a hash in hexadecimal', { browserSecretHash: 'a'.repeat(64) }, ['oid4vp.browserSecretHash']],
  ['a hash that no 32 bytes are', { browserSecretHash: 'B'.repeat(43) }, ['oid4vp.browserSecretHash']],
  ['a nonce with a space', { nonce: 'a b' }, ['oid4vp.nonce']],
]

void t.test('what could not be checked later is refused at once', async t => {
  const { register } = await openRegistered(t)
  for (const [claim, given, fields, more] of refused) {
    const { status, body } = await register(given, more)
    t.strictSame([status, body.details?.map(({ field }) => field).toSorted()], [400, [...fields].toSorted()], claim)
  }
  t.equal((await register({ dcqlQuery: { credentials: [{ id: 'a', format: 'mso_mdoc', meta: { doctype_value: 'd' } }] }, verify: false })).status, 201, 'and taken where nothing is verified here')
})
