import { createHash, createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import parseJson from 'secure-json-parse'
import type { JsonObject } from '../domain/callback.ts'
import { Failure } from '../domain/failure.ts'
import { keptKeyFile } from './kept-key.ts'

export interface SigningKeys {
  readonly signing: { readonly kid: string, readonly key: KeyObject }
  readonly verifying: ReadonlyMap<string, KeyObject>
  /** RFC 7517, public members only. */
  readonly jwks: { readonly keys: readonly JsonObject[] }
}

export interface SigningKeysParts {
  /** `OAUTH_SIGNING_KEY_FILE` */
  readonly file: string | undefined
  /** Where a key is made and kept when there is no file; absent in production. */
  readonly directory?: string | undefined
}

interface Found { readonly key: KeyObject, readonly kid?: string }

/**
 * The keys of access tokens: EC P-256, as PEM blocks (PKCS #8, SEC1), a JWK or a JWK Set. The first one signs; all are
 * published, those that no longer sign may be public keys. Throws `SETTINGS_INVALID`.
 */
export async function openSigningKeys ({ file, directory }: SigningKeysParts): Promise<SigningKeys> {
  const path = file ?? (directory === undefined ? undefined : await keptKeyFile(directory).catch(() => { throw wrong('is missing, and no key can be kept in its place') }))
  if (path === undefined) throw wrong('is missing')
  const text = await readFile(path, 'utf8').catch(() => { throw wrong('cannot be read') })
  const found = keysIn(text)
  const keys = found.map(each => ({ ...each, ...published(each) }))
  const [first] = keys
  if (first === undefined) throw wrong('holds no key')
  if (first.key.type !== 'private') throw wrong('must begin with a private key: the first one signs')
  const verifying = new Map(keys.map(({ kid, key }) => [kid, key.type === 'private' ? createPublicKey(key) : key]))
  if (verifying.size < keys.length) throw wrong('has two keys of one id')
  return { signing: { kid: first.kid, key: first.key }, verifying, jwks: { keys: keys.map(({ jwk }) => jwk) } }
}

function keysIn (text: string): Found[] {
  try {
    return text.trimStart().startsWith('{') ? jwksIn(text) : pemsIn(text)
  } catch {
    throw wrong('holds what is no key') // the cause would repeat it
  }
}

function jwksIn (text: string): Found[] {
  const json = parseJson.parse(text) as JsonObject
  const jwks = (Array.isArray(json.keys) ? json.keys : [json]) as (JsonWebKey & { kid?: unknown })[]
  return jwks.map(jwk => ({
    key: jwk.d === undefined ? createPublicKey({ key: jwk, format: 'jwk' }) : createPrivateKey({ key: jwk, format: 'jwk' }),
    ...typeof jwk.kid === 'string' && jwk.kid !== '' ? { kid: jwk.kid } : {},
  }))
}

function pemsIn (text: string): Found[] {
  const blocks = text.match(/-----BEGIN ([A-Z ]+)-----[^]*?-----END \1-----/g) ?? []
  return blocks.filter(block => !block.includes('EC PARAMETERS')) // openssl writes them before a SEC1 key
    .map(block => ({ key: block.startsWith('-----BEGIN PUBLIC') ? createPublicKey(block) : createPrivateKey(block) }))
}

function published ({ key, kid }: Found): { kid: string, jwk: JsonObject } {
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw wrong('holds a key that is not EC P-256')
  const { kty, crv, x, y } = key.export({ format: 'jwk' })
  const own = kid ?? createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url') // RFC 7638 §3.2
  return { kid: own, jwk: { kty, crv, x, y, kid: own, alg: 'ES256', use: 'sig' } }
}

function wrong (why: string): Failure {
  return new Failure('SETTINGS_INVALID', { reason: `OAUTH_SIGNING_KEY_FILE ${why}`, details: [{ issue: why, field: 'OAUTH_SIGNING_KEY_FILE', location: 'body' }] })
}
