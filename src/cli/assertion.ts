import { createPrivateKey, randomUUID, sign, type JsonWebKey, type KeyObject } from 'node:crypto'
import { Failure } from '../domain/failure.ts'

/** A client's private key, as PEM (PKCS #8, SEC1, PKCS #1) or JWK. Throws `SETTINGS_INVALID`. */
export function readClientKey (text: string): { readonly key: KeyObject, readonly kid?: string } {
  try {
    if (!text.trimStart().startsWith('{')) return { key: createPrivateKey(text) }
    const jwk = JSON.parse(text) as JsonWebKey & { readonly kid?: unknown }
    return { key: createPrivateKey({ key: jwk, format: 'jwk' }), ...typeof jwk.kid === 'string' && { kid: jwk.kid } }
  } catch {
    throw new Failure('SETTINGS_INVALID', { reason: 'The key file holds no private key, neither PEM nor JWK.' }) // the cause would repeat it
  }
}

/** RFC 7518 §3.1, by the kind of the key. */
function algorithmOf ({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string {
  if (type === 'rsa') return 'RS256'
  if (type === 'ed25519') return 'EdDSA'
  const alg = type === 'ec' ? { prime256v1: 'ES256', secp256k1: 'ES256K' }[details?.namedCurve ?? ''] : undefined
  if (alg === undefined) throw new Failure('SETTINGS_INVALID', { reason: 'The key is of a kind that is not taken: use EC P-256 or secp256k1, Ed25519, or RSA.' })
  return alg
}

/** RFC 7523 §3: who the client is, to one audience, for a minute. */
export function assertionOf ({ clientId, audience, key, kid }: { readonly clientId: string, readonly audience: string, readonly key: KeyObject, readonly kid?: string }): string {
  const alg = algorithmOf(key)
  const iat = Math.floor(Date.now() / 1000)
  const claims = { iss: clientId, sub: clientId, aud: audience, exp: iat + 60, iat, jti: randomUUID() }
  const signed = [{ alg, ...kid !== undefined && { kid } }, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}
