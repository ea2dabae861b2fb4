import t from 'tap'
import { createVerify } from '../../../../src/providers/oid4vp/verify/verify.ts'
import { encoded, jwtVcOf, jwtVpOf, ldpVpOf, nonce, now, partyOf, sdJwtOf, tampered, vct } from '../wallet.ts'

const issuer = partyOf('P-256')
const holder = partyOf('P-256')
const verify = createVerify({ trust: { anchors: [] }, now, fetchGuarded: async () => ({ status: 404, body: '' }) })
const clientId = 'x509_san_dns:verifier.example'
const definition = { id: 'd', input_descriptors: [{ id: 'email', constraints: { fields: [{ path: ['$.credentialSubject.email', '$.email'] }] } }] }
const submissionOf = (path: string) => JSON.stringify({ id: 's', definition_id: 'd', descriptor_map: [{ id: 'email', format: 'x', path, path_nested: { format: 'x', path: '$.verifiableCredential[0]' } }] })
const request = { nonce, clientId, presentationDefinition: definition }
const [jwt, ldp] = [jwtVpOf({ issuer, holder }), ldpVpOf({ issuer, holder })]

/** Text, object, list of both, and each of them as JSON text once more. */
const shapes: readonly (readonly [claim: string, vpToken: string, path: string, count: number])[] = [
  ['a bare JWT', jwt, '$', 1],
  ['a quoted JWT', JSON.stringify(jwt), '$', 1],
  ['an object', JSON.stringify(ldp), '$', 1],
  ['an object as quoted text', JSON.stringify(JSON.stringify(ldp)), '$', 1],
  ['a list of one', JSON.stringify([jwt]), '$[0]', 1],
  ['a list of both kinds', JSON.stringify([jwt, ldp]), '$[1]', 2],
  ['a list of quoted text', JSON.stringify([JSON.stringify(ldp), JSON.stringify(jwt)]), '$[0]', 2],
]

void t.test('drafts 18 to 25: what a wallet sends for Presentation Exchange, in any of its shapes', async t => {
  for (const [claim, vpToken, path, count] of shapes) t.equal((await verify({ vpToken, presentationSubmission: submissionOf(path) }, request)).length, count, claim)
  const sdJwt = await sdJwtOf({ issuer, holder })
  t.match(await verify({ vpToken: sdJwt, presentationSubmission: JSON.stringify({ descriptor_map: [{ id: 'email', format: 'vc+sd-jwt', path: '$' }] }) }, request), [{ format: 'dc+sd-jwt' }])
  await t.rejects(verify({ vpToken: jwt }, request), { code: 'PRESENTATION_REFUSED', reason: 'query_not_met' }, 'a submission belongs to it')
})

void t.test('drafts 22 to 24 send one for each id, 25 and later a list, and those after 25 no submission', async t => {
  const query = (format: string) => ({ credentials: [{ id: 'email', format, meta: format === 'jwt_vc_json' ? { type_values: [['Email']] } : { vct_values: [vct] } }] })
  const sdJwt = await sdJwtOf({ issuer, holder })
  for (const format of ['vc+sd-jwt', 'dc+sd-jwt']) {
    for (const email of [sdJwt, [sdJwt]]) t.equal((await verify({ vpToken: JSON.stringify({ email }) }, { nonce, clientId, dcqlQuery: query(format) })).length, 1, format)
  }
  for (const email of [jwt, [jwt]]) t.equal((await verify({ vpToken: JSON.stringify({ email }) }, { nonce, clientId, dcqlQuery: query('jwt_vc_json') })).length, 1)
})

void t.test('a verifier is called as its request calls it: by scheme before draft 22, with a prefix after', async t => {
  for (const audience of ['did:web:verifier.example', 'decentralized_identifier:did:web:verifier.example', 'https://verifier.example', 'redirect_uri:https://verifier.example/cb', 'verifier.example', 'x509_san_dns:verifier.example', 'x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk']) {
    const [sdJwt, jwt, ldp] = [await sdJwtOf({ issuer, holder, kb: { aud: audience } }), jwtVpOf({ issuer, holder, presented: { aud: audience } }), JSON.stringify(ldpVpOf({ issuer, holder, presented: { domain: audience } }))]
    for (const vpToken of [sdJwt, jwt, ldp]) {
      t.equal((await verify({ vpToken }, { nonce, clientId: audience })).length, 1, audience)
      for (const other of [`${audience}/`, `x:${audience}`, audience.slice(0, -1), audience.toUpperCase()]) await t.rejects(verify({ vpToken }, { nonce, clientId: other }), { code: 'PRESENTATION_REFUSED', reason: 'audience_mismatch' }, other)
    }
  }
})

const unsigned = (header: object, payload: object) => `${encoded(header)}.${encoded(payload)}.AAAA`
const w3c2 = { '@context': ['https://www.w3.org/ns/credentials/v2'], type: ['VerifiablePresentation'] }
const unsupported: readonly (readonly [claim: string, vpToken: string])[] = [
  ['an mdoc', 'o2d2ZXJzaW9uYzEuMGlkb2N1bWVudHOB'],
  ['an mdoc, quoted', '"o2d2ZXJzaW9uYzEuMGlkb2N1bWVudHOB"'],
  ['W3C 2.0 as JWT', unsigned({ alg: 'ES256', typ: 'vp+jwt' }, w3c2)],
  ['W3C 2.0 credential as JWT', unsigned({ alg: 'ES256', typ: 'vc+jwt' }, { ...w3c2, type: ['VerifiableCredential'] })],
  ['W3C 2.0 as SD-JWT', `${unsigned({ alg: 'ES256', typ: 'vc+sd-jwt' }, w3c2)}~`],
  ['an enveloped presentation', JSON.stringify({ ...w3c2, type: 'EnvelopedVerifiablePresentation', id: 'data:application/vp+jwt,a.b.c' })],
  ...['EcdsaSecp256k1Signature2019', 'Ed25519Signature2018', 'Ed25519Signature2020', 'BbsBlsSignature2020', 'JsonWebSignature2020'].map(type =>
    [type, JSON.stringify({ ...ldp, proof: { type, verificationMethod: holder.kid, proofPurpose: 'authentication', challenge: nonce, domain: clientId, jws: 'a..b' } })] as const),
  ...['eddsa-rdfc-2022', 'ecdsa-rdfc-2019', 'ecdsa-sd-2023', 'bbs-2023'].map(cryptosuite => [cryptosuite, JSON.stringify({ ...ldp, proof: { ...ldp.proof as object, cryptosuite } })] as const),
  ['several proofs', JSON.stringify({ ...ldp, proof: [ldp.proof, ldp.proof] })],
]

void t.test('a format that is not supported is refused by that name, and never passes', async t => {
  for (const [claim, vpToken] of unsupported) {
    await t.rejects(verify({ vpToken }, { nonce, clientId }), { code: 'PRESENTATION_REFUSED', reason: 'format_unsupported' }, claim)
    const waived = { credentials: [{ id: 'a', format: 'ldp_vc', meta: { type_values: [['Email']] }, require_cryptographic_holder_binding: false }] }
    await t.rejects(verify({ vpToken: JSON.stringify({ a: [vpToken.startsWith('{') ? JSON.parse(vpToken) : vpToken] }) }, { nonce, clientId, dcqlQuery: waived }), { code: 'PRESENTATION_REFUSED', reason: 'format_unsupported' }, claim)
  }
})

void t.test('no algorithm but those that are accepted is tried, and none with a key of another kind', async t => {
  const [, payload = '', signature = ''] = jwt.split('.')
  for (const alg of ['none', 'None', 'HS256', 'HS512', 'RS256', 'PS256', 'ES384', 'ES512', 'EdDSA', 'ES256K', '', 'ES256 ', 5, null, ['ES256'], 'constructor']) {
    for (const token of [`${encoded({ alg, kid: holder.kid })}.${payload}.${signature}`, `${encoded({ alg })}.${payload}.${signature}`]) {
      await t.rejects(verify({ vpToken: token }, { nonce, clientId }), { code: 'PRESENTATION_REFUSED', reason: 'algorithm_unsupported' }, JSON.stringify(alg))
    }
  }
  for (const [claim, token] of [['no signature', jwt.slice(0, jwt.lastIndexOf('.') + 1)], ['two parts', jwt.slice(0, jwt.lastIndexOf('.'))], ['four parts', `${jwt}.AAAA`], ['a line feed', `${jwt.slice(0, 20)}\n${jwt.slice(20)}`]] as const) {
    await t.rejects(verify({ vpToken: token }, { nonce, clientId }), { code: 'PRESENTATION_REFUSED', reason: 'format_unsupported' }, claim)
  }
  for (const [claim, header] of [['a key of its own', { jwk: partyOf().jwk }], ['an address of keys', { jku: 'https://evil.example' }], ['critical members', { crit: ['exp'], exp: 1 }], ['an empty list of them', { crit: [] }]] as const) {
    await t.rejects(verify({ vpToken: `${encoded({ alg: 'ES256', kid: holder.kid, ...header })}.${payload}.${signature}` }, { nonce, clientId }), { code: 'PRESENTATION_REFUSED' }, claim)
  }
  await t.rejects(verify({ vpToken: tampered(jwt) }, { nonce, clientId }), { code: 'PRESENTATION_REFUSED', reason: 'signature_invalid' })
})

void t.test('a presentation of more credentials than anybody asks for is refused before they cost', async t => {
  const one = jwtVcOf({ issuer, holder })
  await t.rejects(verify({ vpToken: JSON.stringify(Array.from({ length: 16 }, () => jwtVpOf({ issuer, holder }, Array.from({ length: 16 }, () => one)))) }, { nonce, clientId }), { code: 'PRESENTATION_REFUSED', reason: 'presentation_malformed' })
  await t.rejects(verify({ vpToken: JSON.stringify(Array.from({ length: 17 }, () => jwt)) }, { nonce, clientId }), { code: 'PRESENTATION_REFUSED', reason: 'presentation_malformed' })
  await t.rejects(verify({ vpToken: jwtVpOf({ issuer, holder }, Array.from({ length: 17 }, () => one)) }, { nonce, clientId }), { code: 'PRESENTATION_REFUSED', reason: 'presentation_malformed' })
})
