import t from 'tap'
import { createVerify } from '../../../../src/providers/oid4vp/verify/verify.ts'
import { clientId, encoded, nonce, now, partyOf, sdJwtOf, seconds, tampered, vct, type SdJwtWish } from '../wallet.ts'

const issuer = partyOf('P-256', 'jwk')
const holder = partyOf('P-256')
const stranger = partyOf('P-256')
const dcqlQuery = { credentials: [{ id: 'email', format: 'dc+sd-jwt', meta: { vct_values: [vct] }, claims: [{ path: ['email'] }] }] }
const request = { nonce, clientId, dcqlQuery }

function verifying (fetched: { readonly [url: string]: string } = {}, trust: Parameters<typeof createVerify>[0]['trust'] = { anchors: [] }) {
  return createVerify({ trust, now, fetchGuarded: async url => url in fetched ? { status: 200, body: fetched[url] as string } : { status: 404, body: '' } })
}

const vpTokenOf = (token: string) => JSON.stringify({ email: [token] })

void t.test('a presentation that the library made is verified, whoever signs with what', async t => {
  for (const crv of ['P-256', 'Ed25519', 'secp256k1'] as const) {
    for (const method of ['key', 'jwk'] as const) {
      const wish = { issuer: partyOf(crv, method), holder: partyOf(crv, method) }
      const verified = await verifying()({ vpToken: vpTokenOf(await sdJwtOf(wish)) }, request)
      t.strictSame(verified, [{ id: 'email', format: 'dc+sd-jwt', types: [vct], issuer: wish.issuer.did }], `${crv} ${method}`)
    }
  }
})

void t.test('sloppy wallets are understood: no array, quoted, bare, quoted inside', async t => {
  const token = await sdJwtOf({ issuer, holder })
  for (const vpToken of [{ email: token }, { email: [JSON.stringify(token)] }, JSON.stringify({ email: [token] }), token, [token]].map(value => JSON.stringify(value)).concat(token, ` ${token}\n`)) {
    t.equal((await verifying()({ vpToken }, request)).length, 1, vpToken.slice(0, 20))
  }
})

const { d: _d, ...minimal } = holder.privateKey.export({ format: 'jwk' })
const accepted: readonly (readonly [claim: string, wish: Partial<SdJwtWish>])[] = [
  ['a minimal cnf', { claims: { cnf: { jwk: minimal as { kty: string } } } }],
  ['a cnf that names its key by DID', { claims: { cnf: { kid: holder.kid } } }],
  ['the type of earlier drafts', { header: { typ: 'vc+sd-jwt' } }],
  ['a KB-JWT made four minutes ago', { kb: { iat: seconds - 240 } }],
  ['a KB-JWT of a clock that runs ahead a little', { kb: { iat: seconds + 30 } }],
  ['all claims disclosed', { disclosed: ['email', 'name'] }],
]

void t.test('what a wallet may do is accepted', async t => {
  for (const [claim, wish] of accepted) t.equal((await verifying()({ vpToken: vpTokenOf(await sdJwtOf({ issuer, holder, ...wish })) }, request)).length, 1, claim)
})

// Named as the conformance suite of the OpenID Foundation names them, where it does
const refused: readonly (readonly [claim: string, code: string, wish: Partial<SdJwtWish>])[] = [
  ['invalid-kb-jwt-signature: another signs', 'signature_invalid', { presenter: stranger }],
  ['invalid-kb-jwt-nonce', 'nonce_mismatch', { kb: { nonce: `${nonce}0` } }],
  ['no nonce', 'nonce_mismatch', { kb: { nonce: undefined } }],
  ['invalid-kb-jwt-aud', 'audience_mismatch', { kb: { aud: 'https://other.example' } }],
  ['the audience without its prefix', 'audience_mismatch', { kb: { aud: 'verifier.example' } }],
  ['an audience of several', 'audience_mismatch', { kb: { aud: [clientId] } }],
  ['invalid-sd-hash', 'sd_hash_mismatch', { kb: { sd_hash: 'A'.repeat(43) } }],
  ['no sd_hash', 'sd_hash_mismatch', { kb: { sd_hash: undefined } }],
  ['kb-jwt-iat-in-past', 'presentation_stale', { kb: { iat: seconds - 31_536_000 } }],
  ['a KB-JWT just too old', 'presentation_stale', { kb: { iat: seconds - 301 } }],
  ['kb-jwt-iat-in-future', 'presentation_stale', { kb: { iat: seconds + 31_536_000 } }],
  ['no iat', 'presentation_stale', { kb: { iat: undefined } }],
  ['an iat that is no number', 'presentation_malformed', { kb: { iat: 'now' } }],
  ['a KB-JWT of another type', 'presentation_malformed', { kbHeader: { typ: 'JWT' } }],
  ['a KB-JWT without signature', 'presentation_malformed', { kbHeader: { alg: 'none' } }],
  ['a KB-JWT by HMAC', 'algorithm_unsupported', { kbHeader: { alg: 'HS256' } }],
  ['a KB-JWT by another algorithm than its key', 'algorithm_unsupported', { kbHeader: { alg: 'ES256K' } }],
  ['no KB-JWT', 'holder_binding_missing', { bound: false }],
  ['no cnf', 'holder_binding_missing', { claims: { cnf: undefined } }],
  ['a cnf with a secret', 'holder_binding_mismatch', { claims: { cnf: { jwk: holder.privateKey.export({ format: 'jwk' }) as { kty: string } } } }],
  ['a credential that has expired', 'credential_expired', { claims: { exp: seconds - 61 } }],
  ['a credential not valid yet', 'credential_not_yet_valid', { claims: { nbf: seconds + 61 } }],
  ['a credential issued in the future', 'credential_not_yet_valid', { claims: { iat: seconds + 61 } }],
  ['a credential of no type', 'presentation_malformed', { claims: { vct: undefined } }],
  ['a JWT of another type', 'presentation_malformed', { header: { typ: 'JWT' } }],
  ['critical header members', 'algorithm_unsupported', { header: { crit: ['b64'], b64: false } }],
  ['an issuer whose key is not the one it names', 'signature_invalid', { claims: { iss: stranger.did }, header: { kid: stranger.kid } }],
  ['a key of another than the issuer', 'issuer_key_unresolvable', { header: { kid: stranger.kid } }],
  ['an issuer that cannot be looked up', 'issuer_key_unresolvable', { claims: { iss: 'did:example:1' }, header: { kid: undefined } }],
  ['an issuer whose metadata is not there', 'issuer_key_unresolvable', { claims: { iss: 'https://issuer.example' } }],
  ['no issuer', 'issuer_key_unresolvable', { claims: { iss: undefined } }],
  ['a chain without an anchor', 'issuer_key_unresolvable', { header: { x5c: ['AAAA'] } }],
  ['a status that cannot be fetched', 'status_unresolvable', { claims: { status: { status_list: { uri: 'https://status.example/1', idx: 1 } } } }],
  ['a status of a kind that we cannot ask', 'status_unresolvable', { claims: { status: { other: {} } } }],
  ['another type than was asked for', 'query_not_met', { claims: { vct: 'https://credentials.example/other' } }],
  ['without the claim that was asked for', 'query_not_met', { disclosed: ['name'] }],
]

void t.test('what is wrong is refused, each with its own code', async t => {
  for (const [claim, reason, wish] of refused) {
    await t.rejects(verifying()({ vpToken: vpTokenOf(await sdJwtOf({ issuer, holder, ...wish })) }, request), { code: 'PRESENTATION_REFUSED', reason }, claim)
  }
})

void t.test('what was changed on the way is refused', async t => {
  const token = await sdJwtOf({ issuer, holder })
  const other = await sdJwtOf({ issuer, holder, disclosed: ['name'] })
  const [jwt = '', email = '', kb = ''] = token.split('~')
  const forged = encoded(['salt', 'email', 'b@example.com'])
  for (const [claim, reason, changed] of [
    ['invalid-credential-signature', 'signature_invalid', `${tampered(jwt)}~${email}~${kb}`],
    ['a KB-JWT signature changed', 'signature_invalid', `${jwt}~${email}~${tampered(kb)}`],
    ['a claim made up', 'disclosure_invalid', `${jwt}~${email}~${forged}~${kb}`],
    ['a claim replaced', 'disclosure_invalid', `${jwt}~${forged}~${kb}`],
    ['a claim twice', 'disclosure_invalid', `${jwt}~${email}~${email}~${kb}`],
    ['a claim taken away', 'sd_hash_mismatch', `${jwt}~${kb}`],
    ['a registered claim disclosed', 'disclosure_invalid', `${jwt}~${encoded(['salt', 'cnf', {}])}~${kb}`],
    ['the KB-JWT of another presentation', 'sd_hash_mismatch', `${other.split('~').slice(0, 2).join('~')}~${kb}`],
    ['a claim that would alter prototypes', 'disclosure_invalid', `${jwt}~${encoded(['salt', '__proto__', {}])}~${kb}`],
    ['far too many claims', 'disclosure_invalid', `${jwt}~${`${email}~`.repeat(501)}${kb}`],
    ['no disclosures at all', 'presentation_malformed', `~${kb}`],
    ['an mdoc', 'format_unsupported', 'o2d2ZXJzaW9uYzEuMGlkb2N1bWVudHOB'],
    ['nothing signed', 'presentation_malformed', 'a~'],
  ] as const) await t.rejects(verifying()({ vpToken: vpTokenOf(changed) }, request), { code: 'PRESENTATION_REFUSED', reason }, claim)
})

void t.test('a response that answers what nobody asked is refused', async t => {
  const token = await sdJwtOf({ issuer, holder })
  for (const [claim, reason, vpToken] of [
    ['another id', 'query_not_met', JSON.stringify({ other: [token] })],
    ['one id more', 'query_not_met', JSON.stringify({ email: [token], other: [token] })],
    ['no answer', 'presentation_malformed', '{}'],
    ['an empty answer', 'presentation_malformed', '{"email":[]}'],
    ['two answers to one', 'query_not_met', JSON.stringify({ email: [token, token] })],
    ['a number', 'presentation_malformed', '{"email":[1]}'],
    ['JSON cut off', 'presentation_malformed', '{"email":['],
  ] as const) await t.rejects(verifying()({ vpToken }, request), { code: 'PRESENTATION_REFUSED', reason }, claim)
})

void t.test('a query may waive the holder, and then a proof that comes all the same is still checked', async t => {
  const waived = { ...request, dcqlQuery: { credentials: [{ ...dcqlQuery.credentials[0], require_cryptographic_holder_binding: false }] } }
  t.equal((await verifying()({ vpToken: vpTokenOf(await sdJwtOf({ issuer, holder, bound: false })) }, waived)).length, 1)
  await t.rejects(verifying()({ vpToken: vpTokenOf(await sdJwtOf({ issuer, holder, presenter: stranger })) }, waived), { code: 'PRESENTATION_REFUSED', reason: 'signature_invalid' })
})

void t.test('only issuers that are listed are accepted, where there is a list', async t => {
  const vpToken = vpTokenOf(await sdJwtOf({ issuer, holder }))
  t.equal((await verifying({}, { issuers: new Set([issuer.did]), anchors: [] })({ vpToken }, request)).length, 1)
  await t.rejects(verifying({}, { issuers: new Set(['did:web:a.example']), anchors: [] })({ vpToken }, request), { code: 'PRESENTATION_REFUSED', reason: 'issuer_not_accepted' })
})

void t.test("an issuer's key is found by its metadata and by did:web", async t => {
  const jwk = { ...issuer.jwk, kid: 'k1' }
  const document = (id: string, extra: object = {}) => JSON.stringify({ id, verificationMethod: [{ id: `${id}#k1`, type: 'JsonWebKey', controller: id, publicKeyJwk: issuer.jwk }], assertionMethod: ['#k1'], ...extra })
  const known = {
    'https://issuer.example/.well-known/jwt-vc-issuer/tenant': JSON.stringify({ issuer: 'https://issuer.example/tenant', jwks: { keys: [jwk] } }),
    'https://other.example/.well-known/jwt-vc-issuer': JSON.stringify({ issuer: 'https://issuer.example', jwks: { keys: [jwk] } }),
    'https://a.example/.well-known/did.json': document('did:web:a.example'),
    'https://a.example:8443/team/did.json': document('did:web:a.example%3A8443:team'),
    'https://b.example/.well-known/did.json': document('did:web:a.example'),
    'https://c.example/.well-known/did.json': document('did:web:c.example', { assertionMethod: [], authentication: ['#k1'] }),
  }
  for (const [iss, isFound] of [
    ['https://issuer.example/tenant', true], ['https://other.example', false], ['did:web:a.example', true], ['did:web:a.example%3A8443:team', true], ['did:web:b.example', false], ['did:web:c.example', false],
  ] as const) {
    const vpToken = vpTokenOf(await sdJwtOf({ issuer, holder, claims: { iss }, header: { kid: 'k1' } }))
    const verified = verifying(known)({ vpToken }, request)
    if (isFound) t.match(await verified, [{ issuer: iss }])
    else await t.rejects(verified, { code: 'PRESENTATION_REFUSED', reason: 'issuer_key_unresolvable' }, iss)
  }
})
