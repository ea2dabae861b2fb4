import { ECDH } from 'node:crypto'
import parseJson from 'secure-json-parse'
import type { JsonObject } from '../domain/callback.ts'
import { Failure } from '../domain/failure.ts'
import { base58Of } from './base58.ts'
import { publicKeyOf, type PublicKey } from './public-key.ts'

const mostCharacters = 1024

/** Multicodec prefixes, as varints, and what the bytes after them are. */
const codecs: readonly { readonly prefix: readonly [number, number], readonly length: number, readonly jwkOf: (bytes: Buffer) => JsonObject }[] = [
  { prefix: [0xed, 0x01], length: 32, jwkOf: bytes => ({ kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }) },
  { prefix: [0x80, 0x24], length: 33, jwkOf: bytes => pointOf(bytes, 'prime256v1', 'P-256') },
  { prefix: [0xe7, 0x01], length: 33, jwkOf: bytes => pointOf(bytes, 'secp256k1', 'secp256k1') },
]

/** True for a DID that is its own key. */
export function isKeyDid (id: string): boolean {
  return id.startsWith('did:key:') || id.startsWith('did:jwk:')
}

/**
 * The one key of a `did:key` (Ed25519, P-256, secp256k1) or a `did:jwk`, without asking anyone. Throws `CLIENT_INVALID`
 * for any other. Sources: did:key 0.9 §3.1, did:jwk, Multibase, Multicodec.
 */
export function keyOfDid (did: string): PublicKey {
  if (did.length > mostCharacters) throw unreadable('is too long')
  if (did.startsWith('did:key:')) return keyOfMultibase(did.slice(8))
  if (!did.startsWith('did:jwk:')) throw unreadable('is no did:key and no did:jwk')
  const { kid: _kid, ...key } = publicKeyOf(ofJwk(did.slice(8))) // a `kid` says `did:…#0`, or anything
  return key
}

/** The key of a Multikey (`z6Mk…`, `zDn…`, `zQ3s…`). Throws `CLIENT_INVALID`. Source: Controlled Identifiers 1.0 §2.2.2. */
export function keyOfMultibase (multibase: string): PublicKey {
  return publicKeyOf(ofMultibase(multibase))
}

function ofJwk (encoded: string): JsonObject {
  const bytes = Buffer.from(encoded, 'base64url')
  if (bytes.toString('base64url') !== encoded) throw unreadable('is not base64url')
  const jwk: unknown = parseJson.safeParse(bytes.toString('utf8'))
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) throw unreadable('holds no JWK')
  return jwk as JsonObject
}

function ofMultibase (multibase: string): JsonObject {
  const [, encoded] = /^z([1-9A-HJ-NP-Za-km-z]{32,64})$/.exec(multibase) ?? []
  if (encoded === undefined) throw unreadable('holds no key of a kind that is taken here')
  const bytes = base58Of(encoded)
  const codec = codecs.find(({ prefix, length }) => bytes[0] === prefix[0] && bytes[1] === prefix[1] && bytes.length === length + 2)
  if (codec === undefined) throw unreadable('holds a key of a kind that is not taken here')
  return codec.jwkOf(bytes.subarray(2))
}

function pointOf (compressed: Buffer, curve: string, crv: string): JsonObject {
  try {
    const point = ECDH.convertKey(compressed, curve, undefined, undefined, 'uncompressed') as Buffer
    return { kty: 'EC', crv, x: point.toString('base64url', 1, 33), y: point.toString('base64url', 33) }
  } catch {
    throw unreadable('holds no point of its curve')
  }
}

function unreadable (why: string): Failure {
  return new Failure('CLIENT_INVALID', { reason: `the DID ${why}` })
}
