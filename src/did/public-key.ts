import { createPublicKey, type KeyObject } from 'node:crypto'
import type { JsonObject } from '../domain/callback.ts'
import { Failure } from '../domain/failure.ts'

/** What an assertion may be signed with. No HMAC, and never `none`. */
export const algorithms = ['ES256', 'EdDSA', 'Ed25519', 'ES256K', 'RS256', 'PS256'] as const
export type Algorithm = (typeof algorithms)[number]

/** A key, bound to the algorithms of its own kind: no other is ever tried with it. */
export interface PublicKey {
  readonly kid?: string
  readonly key: KeyObject
  readonly algorithms: readonly Algorithm[]
}

const leastBits = 2048 // RFC 7518 §3.3
const mostBits = 8192 // beyond it a check costs too much

const ofKind: { readonly [kind: string]: readonly Algorithm[] } = {
  'EC P-256': ['ES256'],
  'EC secp256k1': ['ES256K'],
  'OKP Ed25519': ['EdDSA', 'Ed25519'],
  RSA: ['RS256', 'PS256'],
}

/** Reads a public JWK. Throws `CLIENT_INVALID` for one that is private, of another kind, too weak, or not for signatures. */
export function publicKeyOf (jwk: JsonObject): PublicKey {
  if (['d', 'p', 'q', 'k'].some(member => member in jwk)) throw unusable('holds a secret: only the public part belongs here')
  if (jwk.use !== undefined && jwk.use !== 'sig') throw unusable('is not for signatures')
  if (Array.isArray(jwk.key_ops) && !jwk.key_ops.includes('verify')) throw unusable('is not for verifying')
  const kind = jwk.kty === 'RSA' ? 'RSA' : `${String(jwk.kty)} ${String(jwk.crv)}`
  const fitting = (Object.hasOwn(ofKind, kind) ? ofKind[kind] ?? [] : []).filter(algorithm => jwk.alg === undefined || jwk.alg === algorithm)
  if (fitting.length === 0) throw unusable('is of a kind that is not taken here')
  return { key: imported(jwk), algorithms: fitting, ...typeof jwk.kid === 'string' ? { kid: jwk.kid } : {} }
}

function imported (jwk: JsonObject): KeyObject {
  let key: KeyObject
  try {
    key = createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    throw unusable('cannot be read') // the cause would repeat the key
  }
  const { modulusLength } = key.asymmetricKeyDetails ?? {}
  if (modulusLength !== undefined && (modulusLength < leastBits || modulusLength > mostBits)) throw unusable(`has not ${leastBits} to ${mostBits} bits`)
  return key
}

function unusable (why: string): Failure {
  return new Failure('CLIENT_INVALID', { reason: `the key ${why}` })
}
