import type { Json, JsonObject } from '../../domain/callback.ts'
import { Failure } from '../../domain/failure.ts'
import { parseBounded } from './json-text.ts'

const parts = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/

/** The `kid` that an encrypted response names; undefined for what is no JWE, or names none. */
export function kidOf (response: string): string | undefined {
  const kid = headerOf(response)?.kid
  return typeof kid === 'string' ? kid : undefined
}

/**
 * Opens `response` of `direct_post.jwt` (OpenID4VP 1.0 §8.3): ECDH-ES on P-256 with A128GCM or A256GCM, never compressed. What was in it comes
 * as `direct_post` would have sent it: each member a text. Throws `PARAMETERS_INVALID`, whatever it was that did not open.
 */
export async function openSealed (response: string, privateJwk: JsonObject): Promise<JsonObject> {
  if (headerOf(response)?.zip !== undefined) throw unopened('is compressed: no zip is taken')
  const payload = parseBounded(await plaintextOf(response, privateJwk))
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) throw unopened('holds no JSON object')
  return Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, asForm(value)]))
}

async function plaintextOf (response: string, privateJwk: JsonObject): Promise<string> {
  const { compactDecrypt, importJWK } = await import('jose') // loaded with the first response
  try {
    const key = await importJWK({ ...privateJwk }, 'ECDH-ES')
    const { plaintext } = await compactDecrypt(response, key, { keyManagementAlgorithms: ['ECDH-ES'], contentEncryptionAlgorithms: ['A128GCM', 'A256GCM'] })
    return Buffer.from(plaintext).toString('utf8')
  } catch {
    throw unopened('cannot be opened: it must be encrypted for the key of its request, by ECDH-ES with A128GCM or A256GCM')
  }
}

function headerOf (response: string): JsonObject | undefined {
  const header = parts.test(response) ? parseBounded(Buffer.from(response.split('.', 1)[0] ?? '', 'base64url').toString('utf8')) : undefined
  return typeof header === 'object' && header !== null && !Array.isArray(header) ? header as JsonObject : undefined
}

function asForm (value: Json | undefined): Json | undefined {
  return typeof value === 'object' || typeof value === 'boolean' ? JSON.stringify(value) : value
}

function unopened (issue: string): Failure {
  return new Failure('PARAMETERS_INVALID', { details: [{ issue, field: 'response', location: 'body' }] })
}
