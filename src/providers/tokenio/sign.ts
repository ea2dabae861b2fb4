import { sign as signBytes, type KeyObject } from 'node:crypto'
import { algorithmOf } from './signing-key.ts'

/** What a request is signed with: Token.io's member and key ids, and the private key. */
export interface Signer {
  readonly key: KeyObject
  readonly memberId: string
  readonly keyId: string
}

export interface Signed {
  readonly method: string
  /** With the port, unless it is the scheme's own: as in the request's `Host`. */
  readonly host: string
  /** As it goes over the wire, `:` literal. */
  readonly path: string
  readonly body?: string | undefined
}

const lifetime = 5 * 60_000 // Token.io advises less than ten minutes

/** The `Authorization` header of one request: a detached JWS (RFC 7515, appendix F) whose header holds the claims, `exp` in milliseconds. */
export function bearerOf ({ key, memberId, keyId }: Signer, { method, host, path, body = '' }: Signed, now: number): string {
  const alg = algorithmOf(key)
  if (alg === undefined) throw new TypeError('no key to sign with')
  const header = encode(JSON.stringify({ alg, kid: keyId, mid: memberId, host, method, path, exp: now + lifetime }))
  const signature = signBytes(alg === 'EdDSA' ? null : 'sha256', Buffer.from(`${header}.${encode(body)}`), { key, dsaEncoding: 'ieee-p1363' })
  return `Bearer ${header}..${signature.toString('base64url')}`
}

function encode (text: string): string {
  return Buffer.from(text).toString('base64url')
}
