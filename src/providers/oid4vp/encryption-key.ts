import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import type { JsonObject } from '../../domain/callback.ts'

const generate = promisify(generateKeyPair)

export interface EncryptionKey { readonly privateJwk: JsonObject, readonly publicJwk: JsonObject }

/** A key for the responses to one request only (HAIP 1.0 §5): EC P-256, found again by its `kid`, which is the registration's key. */
export async function newEncryptionKey (kid: string): Promise<EncryptionKey> {
  const { privateKey, publicKey } = await generate('ec', { namedCurve: 'P-256' })
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' }) as JsonObject
  return { privateJwk: privateKey.export({ format: 'jwk' }) as JsonObject, publicJwk: { kty, crv, x, y, kid, use: 'enc', alg: 'ECDH-ES' } }
}
