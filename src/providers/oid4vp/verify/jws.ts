import { verify } from 'node:crypto'
import type { JsonObject } from '../../../domain/callback.ts'
import type { Algorithm, PublicKey } from '../../../did/public-key.ts'
import { parseBounded } from '../json-text.ts'
import { refuse } from './refusal.ts'

/** A compact JWS taken apart, not yet verified. */
export interface Jws {
  readonly header: JsonObject
  readonly payload: JsonObject
  readonly signed: string
  readonly signature: Buffer
}

/** What issuers and holders may sign with. No HMAC, and never `none`. */
const accepted: readonly string[] = ['ES256', 'EdDSA', 'Ed25519', 'ES256K'] satisfies Algorithm[]
const compact = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/

export function isCompactJws (text: string): boolean {
  return compact.test(text)
}

/** Throws `presentation_malformed`, or `algorithm_unsupported`. */
export function parseJws (text: string): Jws {
  const [, header = '', payload = '', signature = ''] = compact.exec(text) ?? []
  const jws = { header: objectIn(header), payload: objectIn(payload), signed: `${header}.${payload}`, signature: Buffer.from(signature, 'base64url') }
  if (typeof jws.header.alg !== 'string' || !accepted.includes(jws.header.alg) || jws.header.crit !== undefined) throw refuse('algorithm_unsupported')
  return jws
}

/** Throws `algorithm_unsupported` when key and header do not go together, `signature_invalid` when it does not verify. */
export function assertSigned ({ header, signed, signature }: Jws, { key, algorithms }: PublicKey): void {
  if (!(algorithms as readonly unknown[]).includes(header.alg)) throw refuse('algorithm_unsupported')
  const isEdwards = key.asymmetricKeyType === 'ed25519'
  if (!verify(isEdwards ? null : 'sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, signature)) throw refuse('signature_invalid')
}

function objectIn (encoded: string): JsonObject {
  const value = parseBounded(Buffer.from(encoded, 'base64url').toString('utf8'))
  if (!isObject(value)) throw refuse('presentation_malformed')
  return value
}

export function isObject (value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
