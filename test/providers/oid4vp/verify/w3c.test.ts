import { EdDSASigner, ES256KSigner, ES256Signer } from 'did-jwt'
import { createVerifiableCredentialJwt, createVerifiablePresentationJwt } from 'did-jwt-vc'
import t from 'tap'
import { createVerify } from '../../../../src/providers/oid4vp/verify/verify.ts'
import { clientId, jwtVcOf, jwtVpOf, ldpVcOf, ldpVpOf, nonce, now, partyOf, seconds, type Party, type W3cWish } from '../wallet.ts'

const issuer = partyOf('P-256')
const holder = partyOf('Ed25519')
const stranger = partyOf('Ed25519')
const request = { nonce, clientId }
const verify = createVerify({ trust: { anchors: [] }, now, fetchGuarded: async () => ({ status: 404, body: '' }) })

const queryOf = (format: string) => ({ credentials: [{ id: 'email', format, meta: { type_values: [['Email']] }, claims: [{ path: ['credentialSubject', 'email'] }] }] })

void t.test('a presentation of either kind is verified, whoever signs with what', async t => {
  for (const crv of ['P-256', 'Ed25519', 'secp256k1'] as const) {
    const wish = { issuer: partyOf(crv), holder: partyOf(crv, 'jwk') }
    const jwt = await verify({ vpToken: JSON.stringify({ email: [jwtVpOf(wish)] }) }, { ...request, dcqlQuery: queryOf('jwt_vc_json') })
    t.strictSame(jwt, [{ id: 'email', format: 'jwt_vc_json', types: ['VerifiableCredential', 'Email'], issuer: wish.issuer.did }], crv)
    if (crv === 'secp256k1') continue // no suite over JCS has it
    const ldp = await verify({ vpToken: JSON.stringify({ email: [ldpVpOf(wish)] }) }, { ...request, dcqlQuery: queryOf('ldp_vc') })
    t.strictSame(ldp, [{ id: 'email', format: 'ldp_vc', types: ['VerifiableCredential', 'Email'], issuer: wish.issuer.did }], crv)
  }
})

void t.test('a presentation that did-jwt-vc made is verified', async t => {
  const secretOf = ({ privateKey }: Party) => Buffer.from(String(privateKey.export({ format: 'jwk' }).d), 'base64url')
  const signers = { 'P-256': ES256Signer, secp256k1: ES256KSigner, Ed25519: EdDSASigner } as const
  for (const crv of ['P-256', 'secp256k1'] as const) {
    const [by, to] = [partyOf(crv), partyOf(crv)]
    const asIssuer = ({ did, alg, ...party }: Party) => ({ did, alg, signer: signers[crv](secretOf({ did, alg, ...party })) })
    const credential = { sub: to.did, nbf: seconds - 5, vc: { '@context': ['https://www.w3.org/2018/credentials/v1'], type: ['VerifiableCredential', 'Email'], credentialSubject: { email: 'a@example.com' } } }
    const vc = await createVerifiableCredentialJwt(credential, asIssuer(by))
    const vp = { vp: { '@context': ['https://www.w3.org/2018/credentials/v1'], type: ['VerifiablePresentation'], verifiableCredential: [vc] }, nbf: seconds - 5 }
    const token = await createVerifiablePresentationJwt(vp, asIssuer(to), { challenge: nonce, domain: clientId })
    t.match(await verify({ vpToken: token }, request), [{ format: 'jwt_vc_json', issuer: by.did }], crv)
  }
})

const refusedJwts: readonly (readonly [claim: string, code: string, wish: Partial<W3cWish>])[] = [
  ['another nonce', 'nonce_mismatch', { presented: { nonce: 'n' } }],
  ['no nonce', 'nonce_mismatch', { presented: { nonce: undefined } }],
  ['another audience', 'audience_mismatch', { presented: { aud: 'https://other.example' } }],
  ['no audience', 'audience_mismatch', { presented: { aud: undefined } }],
  ['an old presentation', 'credential_expired', { presented: { exp: seconds - 61 } }],
  ['presented by another', 'holder_binding_mismatch', { presenter: stranger }],
  ['presented in the name of another', 'presentation_malformed', { presented: { iss: stranger.did } }],
  ['a credential that has expired', 'credential_expired', { issued: { exp: seconds - 61 } }],
  ['a credential not valid yet', 'credential_not_yet_valid', { issued: { nbf: seconds + 61 } }],
  ['a credential that says otherwise inside', 'presentation_malformed', { vc: { issuer: stranger.did } }],
  ['a credential expired inside', 'credential_expired', { vc: { expirationDate: new Date(now() - 61_000).toISOString() } }],
  ['a credential of nobody', 'holder_binding_mismatch', { issued: { sub: undefined } }],
  ['a credential in the name of another', 'issuer_key_unresolvable', { issued: { iss: stranger.did } }],
  ['a credential without credential', 'presentation_malformed', { issued: { vc: undefined } }],
  ['a status that cannot be fetched', 'status_unresolvable', { vc: { credentialStatus: { type: 'BitstringStatusListEntry', statusListCredential: 'https://status.example/1', statusListIndex: '1' } } }],
  ['no credentials', 'presentation_malformed', { vp: { verifiableCredential: [] } }],
  ['a credential of another kind', 'format_unsupported', { vp: { verifiableCredential: [5] } }],
]

void t.test('a JWT that is wrong is refused, each with its own code', async t => {
  for (const [claim, reason, wish] of refusedJwts) await t.rejects(verify({ vpToken: jwtVpOf({ issuer, holder, ...wish }) }, request), { code: 'PRESENTATION_REFUSED', reason }, claim)
  const [head = '', payload = '', signature = ''] = jwtVpOf({ issuer, holder }).split('.')
  await t.rejects(verify({ vpToken: `${head}.${payload}.${signature.replace(/^./, first => first === 'A' ? 'B' : 'A')}` }, request), { code: 'PRESENTATION_REFUSED', reason: 'signature_invalid' })
  const forged = jwtVcOf({ issuer: { ...stranger, did: issuer.did, kid: issuer.kid, alg: 'ES256' }, holder })
  await t.rejects(verify({ vpToken: jwtVpOf({ issuer, holder }, [forged]) }, request), { code: 'PRESENTATION_REFUSED', reason: 'signature_invalid' }, 'a credential that another signed')
})

const document = ldpVcOf({ issuer, holder })
const refusedDocuments: readonly (readonly [claim: string, code: string, wish: Partial<W3cWish>])[] = [
  ['another challenge', 'nonce_mismatch', { presented: { challenge: 'n' } }],
  ['no challenge', 'nonce_mismatch', { presented: { challenge: undefined } }],
  ['another domain', 'audience_mismatch', { presented: { domain: 'https://other.example' } }],
  ['no domain', 'audience_mismatch', { presented: { domain: undefined } }],
  ['made for another purpose', 'presentation_malformed', { presented: { proofPurpose: 'assertionMethod' } }],
  ['a proof that has expired', 'credential_expired', { presented: { expires: new Date(now() - 61_000).toISOString() } }],
  ['a proof of the future', 'credential_not_yet_valid', { presented: { created: new Date(now() + 61_000).toISOString() } }],
  ['presented by another', 'holder_binding_mismatch', { presenter: stranger }],
  ['presented in the name of another', 'holder_binding_mismatch', { vp: { holder: stranger.did } }],
  ['a proof over other contexts', 'presentation_malformed', { presented: { '@context': ['https://other.example'] } }],
  ['a suite that needs JSON-LD', 'format_unsupported', { presented: { cryptosuite: 'eddsa-rdfc-2022' } }],
  ["Affinidi's proof by secp256k1", 'format_unsupported', { presented: { type: 'EcdsaSecp256k1Signature2019' } }],
  ['a suite that the key does not fit', 'algorithm_unsupported', { presented: { cryptosuite: 'ecdsa-jcs-2019' } }],
  ['a suite named like a member of every object', 'format_unsupported', { presented: { cryptosuite: 'constructor' } }],
  ['a credential that has expired', 'credential_expired', { vc: { expirationDate: new Date(now() - 61_000).toISOString() } }],
  ['a credential that has expired, 2.0', 'credential_expired', { vc: { validUntil: new Date(now() - 61_000).toISOString() } }],
  ['a credential not valid yet', 'credential_not_yet_valid', { vc: { issuanceDate: new Date(now() + 61_000).toISOString() } }],
  ['a date that is none', 'presentation_malformed', { vc: { validFrom: 'soon' } }],
  ['a credential of nobody', 'holder_binding_mismatch', { vc: { credentialSubject: { email: 'a@example.com' } } }],
  ['a credential in the name of another', 'signature_invalid', { vc: { issuer: stranger.did } }],
  ['a credential without proof', 'presentation_malformed', { vp: { verifiableCredential: [{ ...document, proof: undefined }] } }],
  ['a credential that was changed', 'signature_invalid', { vp: { verifiableCredential: [{ ...document, credentialSubject: { id: holder.did, email: 'b@example.com' } }] } }],
]

void t.test('a document that is wrong is refused, each with its own code', async t => {
  for (const [claim, reason, wish] of refusedDocuments) {
    await t.rejects(verify({ vpToken: JSON.stringify(ldpVpOf({ issuer, holder, ...wish })) }, request), { code: 'PRESENTATION_REFUSED', reason }, claim)
  }
  const good = ldpVpOf({ issuer, holder })
  await t.rejects(verify({ vpToken: JSON.stringify({ ...good, more: 1 }) }, request), { code: 'PRESENTATION_REFUSED', reason: 'signature_invalid' }, 'a member more')
  await t.rejects(verify({ vpToken: JSON.stringify({ ...good, proof: undefined }) }, request), { code: 'PRESENTATION_REFUSED', reason: 'holder_binding_missing' }, 'no proof')
  await t.rejects(verify({ vpToken: JSON.stringify(document) }, request), { code: 'PRESENTATION_REFUSED', reason: 'holder_binding_missing' }, 'a credential alone')
  await t.rejects(verify({ vpToken: jwtVcOf({ issuer, holder }) }, request), { code: 'PRESENTATION_REFUSED', reason: 'holder_binding_missing' }, 'a JWT VC alone')
})

void t.test("Affinidi's credential names its holder beside the subject", async t => {
  const wish = { issuer, holder, vc: { credentialSubject: { email: 'a@example.com' }, holder: { id: holder.did } } }
  t.equal((await verify({ vpToken: JSON.stringify(ldpVpOf(wish)) }, request)).length, 1)
})
