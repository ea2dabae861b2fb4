import type { JsonObject } from '../../../domain/callback.ts'
import { publicKeyOf, type PublicKey } from '../../../did/public-key.ts'
import { keyOfDidUrl } from './did-document.ts'
import { assertDisclosures, digestOf } from './disclosures.ts'
import { issuerOf } from './issuer.ts'
import { assertSigned, isObject, parseJws } from './jws.ts'
import { refuse } from './refusal.ts'
import { assertStatus } from './status.ts'
import { assertFresh, assertJwtDates, seconds } from './times.ts'
import type { Binding, Credential, VerifyParts } from './verify-parts.ts'

const types = ['dc+sd-jwt', 'vc+sd-jwt']

/** SD-JWT VC with its KB-JWT (draft-ietf-oauth-sd-jwt-vc, RFC 9901 §7): signature, disclosures, dates, status, holder. */
export async function verifySdJwtVc (token: string, binding: Binding, parts: VerifyParts): Promise<Credential> {
  const end = token.lastIndexOf('~')
  const [issued = '', ...disclosures] = token.slice(0, end).split('~')
  const jws = parseJws(issued)
  const { header, payload } = jws
  if (payload.vct === undefined && payload['@context'] !== undefined) throw refuse('format_unsupported') // W3C VC 2.0 as SD-JWT
  if (!types.includes(String(header.typ)) || typeof payload.vct !== 'string') throw refuse('presentation_malformed')
  const issuer = await issuerOf(jws, parts)
  assertSigned(jws, issuer.key)
  assertJwtDates(payload, parts.now())
  const { _sd_alg: named = 'sha-256' } = payload
  const algorithm = String(named)
  assertDisclosures(payload, disclosures, algorithm)
  const proof = token.slice(end + 1)
  if (proof !== '') assertHeld(proof, { binding, bound: token.slice(0, end + 1), algorithm, key: await holderKeyOf(payload, parts), now: parts.now() })
  else if (binding.required) throw refuse('holder_binding_missing')
  const claims = await claimsOf(token)
  await assertStatus(payload, issuer, parts)
  return { format: 'dc+sd-jwt', claims, types: [payload.vct], issuer: issuer.id, authorities: issuer.authorities, holderBound: proof !== '' }
}

interface Held {
  readonly binding: Binding
  /** The presentation up to its last `~`. */
  readonly bound: string
  readonly algorithm: string
  readonly key: PublicKey
  readonly now: number
}

// RFC 9901 §7.3, in the order in which a wallet's author wants to hear of it
function assertHeld (proof: string, { binding, bound, algorithm, key, now }: Held): void {
  const jws = parseJws(proof)
  const { typ, ...header } = jws.header
  if (typ !== 'kb+jwt' || header.x5c !== undefined) throw refuse('presentation_malformed')
  assertSigned(jws, key)
  const { nonce, aud, iat, sd_hash: hash } = jws.payload
  if (nonce !== binding.nonce) throw refuse('nonce_mismatch')
  if (aud !== binding.audience) throw refuse('audience_mismatch')
  assertFresh(seconds(iat), now)
  assertJwtDates({ nbf: jws.payload.nbf, exp: jws.payload.exp }, now)
  if (hash !== digestOf(bound, algorithm).toString('base64url')) throw refuse('sd_hash_mismatch')
}

/** `cnf`: RFC 7800 §3.2, or §3.4 with a DID URL. */
async function holderKeyOf ({ cnf }: JsonObject, parts: VerifyParts): Promise<PublicKey> {
  if (!isObject(cnf)) throw refuse('holder_binding_missing')
  if (typeof cnf.kid === 'string' && cnf.kid.startsWith('did:')) return keyOfDidUrl(cnf.kid, 'authentication', parts)
  try {
    return publicKeyOf(cnf.jwk as JsonObject)
  } catch {
    throw refuse('holder_binding_mismatch')
  }
}

/** The claims with what was disclosed in its place. */
async function claimsOf (token: string): Promise<JsonObject> {
  const { SDJwtVcInstance } = await import('@sd-jwt/sd-jwt-vc') // loaded with the first presentation
  try {
    const decoded = await new SDJwtVcInstance({ hasher: digestOf }).decode(token)
    return await decoded.getClaims<JsonObject>(digestOf)
  } catch {
    throw refuse('disclosure_invalid')
  }
}
