import type { JsonObject } from '../../../domain/callback.ts'
import { verifyDocument } from './data-integrity.ts'
import { keyOfDidUrl } from './did-document.ts'
import { assertAccepted, issuerOf } from './issuer.ts'
import { assertSigned, isCompactJws, isObject, parseJws } from './jws.ts'
import { refuse } from './refusal.ts'
import { assertCredentialStatus, assertStatus } from './status.ts'
import { assertJwtDates, assertTextDates } from './times.ts'
import type { Binding, Credential, VerifyParts } from './verify-parts.ts'

/** JWT VP with its credentials, or a JWT VC alone where no holder must be proved: W3C VC 1.1 §6.3.1. */
export async function verifyJwt (token: string, binding: Binding, parts: VerifyParts): Promise<Credential[]> {
  const jws = parseJws(token)
  const { header, payload } = jws
  assertFirst(header)
  if (payload.vp === undefined) return [alone(await credentialOf(token, undefined, parts), binding)]
  const holder = String(payload.iss)
  const url = typeof header.kid === 'string' && header.kid.startsWith('did:') ? header.kid : holder
  if (!isObject(payload.vp) || url.split('#', 1)[0] !== holder) throw refuse('presentation_malformed')
  assertSigned(jws, await keyOfDidUrl(url, 'authentication', parts))
  if (payload.nonce !== binding.nonce) throw refuse('nonce_mismatch')
  if (![payload.aud].flat().includes(binding.audience)) throw refuse('audience_mismatch')
  assertJwtDates(payload, parts.now())
  return credentialsOf(payload.vp, holder, parts)
}

/** A presentation, or a credential alone, with a Data Integrity proof. */
export async function verifyLdp (document: JsonObject, binding: Binding, parts: VerifyParts): Promise<Credential[]> {
  if (typesOf(document).some(type => type.startsWith('Enveloped'))) throw refuse('format_unsupported')
  if (!typesOf(document).includes('VerifiablePresentation')) return [alone(await credentialOf(document, undefined, parts), binding)]
  const { did, proof } = await verifyDocument(document, 'authentication', parts)
  const named = idOf(document.holder)
  if (named !== undefined && named !== did) throw refuse('holder_binding_mismatch')
  if (proof.challenge !== binding.nonce) throw refuse('nonce_mismatch')
  if (![proof.domain].flat().includes(binding.audience)) throw refuse('audience_mismatch')
  return credentialsOf(document, did, parts)
}

/** W3C VC 2.0 secures the document itself (VC-JOSE-COSE §3.1), and is not supported here. */
function assertFirst ({ typ }: JsonObject): void {
  if (typ === 'vc+jwt' || typ === 'vp+jwt') throw refuse('format_unsupported')
}

function alone (credential: Credential, { required }: Binding): Credential {
  if (required) throw refuse('holder_binding_missing')
  return credential
}

async function credentialsOf ({ verifiableCredential }: JsonObject, holder: string, parts: VerifyParts): Promise<Credential[]> {
  const given = verifiableCredential === undefined ? [] : [verifiableCredential].flat() as unknown[]
  if (given.length === 0 || given.length > 16) throw refuse('presentation_malformed')
  const credentials: Credential[] = []
  for (const one of given) credentials.push(await credentialOf(one, holder, parts))
  return credentials
}

async function credentialOf (given: unknown, holder: string | undefined, parts: VerifyParts): Promise<Credential> {
  if (isObject(given)) return ofDocument(given, holder, parts)
  if (typeof given === 'string' && isCompactJws(given)) return ofJwt(given, holder, parts)
  throw refuse('format_unsupported')
}

async function ofJwt (token: string, holder: string | undefined, parts: VerifyParts): Promise<Credential> {
  const jws = parseJws(token)
  const { vc, sub, iss } = jws.payload
  assertFirst(jws.header)
  if (!isObject(vc)) throw refuse('presentation_malformed')
  const issuer = await issuerOf(jws, parts)
  assertSigned(jws, issuer.key)
  if (vc.issuer !== undefined && idOf(vc.issuer) !== iss) throw refuse('presentation_malformed')
  assertJwtDates(jws.payload, parts.now())
  assertTextDates(vc, parts.now())
  assertHolder(holder, [sub, ...holdersOf(vc)])
  await assertStatus(jws.payload, issuer, parts)
  await assertCredentialStatus(vc, issuer.id, parts)
  return { format: 'jwt_vc_json', claims: vc, types: typesOf(vc), issuer: issuer.id, authorities: issuer.authorities, holderBound: holder !== undefined }
}

async function ofDocument (document: JsonObject, holder: string | undefined, parts: VerifyParts): Promise<Credential> {
  const issuer = idOf(document.issuer)
  if (issuer === undefined || document.proof === undefined) throw refuse('presentation_malformed')
  assertAccepted(issuer, parts)
  const { did } = await verifyDocument(document, 'assertionMethod', parts)
  if (did !== issuer) throw refuse('signature_invalid')
  assertTextDates(document, parts.now())
  assertHolder(holder, holdersOf(document))
  await assertCredentialStatus(document, did, parts)
  return { format: 'ldp_vc', claims: document, types: typesOf(document), issuer, authorities: [], holderBound: holder !== undefined }
}

/** Who presents is one of those whom the credential was issued to. */
function assertHolder (holder: string | undefined, issuedTo: readonly unknown[]): void {
  if (holder !== undefined && !issuedTo.includes(holder)) throw refuse('holder_binding_mismatch')
}

/** Subjects, and, in Affinidi's credentials, `holder`. */
function holdersOf ({ credentialSubject, holder }: JsonObject): unknown[] {
  return [...[credentialSubject].flat().map(idOf), idOf(holder)]
}

function idOf (value: unknown): string | undefined {
  const id = isObject(value) ? value.id : value
  return typeof id === 'string' ? id : undefined
}

function typesOf ({ type }: JsonObject): string[] {
  return [type].flat().filter(one => typeof one === 'string')
}
