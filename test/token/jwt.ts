import { createHmac, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto'
import type { JsonObject } from '../../src/domain/callback.ts'

export interface Pair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** The public part. */
  readonly jwk: JsonObject
}

const makers = {
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  secp256k1: () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  Ed25519: () => generateKeyPairSync('ed25519'),
  RSA: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'weak RSA': () => generateKeyPairSync('rsa', { modulusLength: 1024 }),
} as const

export function pairOf (kind: keyof typeof makers): Pair {
  const { privateKey, publicKey } = makers[kind]()
  return { privateKey, publicKey, jwk: publicKey.export({ format: 'jwk' }) as JsonObject }
}

export interface Jwt {
  readonly header?: JsonObject
  readonly claims: JsonObject
  readonly key: KeyObject | string
}

/** A JWT signed as its header says, or, for a text as key, by HMAC; `none` is not signed. */
export function jwtOf ({ header = { alg: 'ES256' }, claims, key }: Jwt): string {
  const signed = `${encoded(header)}.${encoded(claims)}`
  return `${signed}.${signatureOf(signed, header.alg, key)}`
}

export function encoded (part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
}

function signatureOf (text: string, alg: unknown, key: KeyObject | string): string {
  if (alg === 'none') return ''
  if (typeof key === 'string') return createHmac('sha256', key).update(text).digest('base64url')
  const bytes = Buffer.from(text)
  if (key.asymmetricKeyType === 'ed25519') return sign(null, bytes, key).toString('base64url')
  if (alg === 'PS256') return sign('sha256', bytes, { key, padding: 6, saltLength: 32 }).toString('base64url')
  return sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}

/** The claims of a good assertion, with changes; a change to `undefined` leaves the claim out. */
export function claimsOf (client: string, changes: JsonObject = {}, now = Date.now()): JsonObject {
  const seconds = Math.floor(now / 1000)
  return { iss: client, sub: client, aud: 'https://callbacks.example', exp: seconds + 300, iat: seconds, jti: randomUUID(), ...changes }
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const prefixes = { 'P-256': '8024', secp256k1: 'e701', Ed25519: 'ed01' } as const

export function didKeyOf (crv: keyof typeof prefixes, { jwk }: Pair): string {
  const x = Buffer.from(String(jwk.x), 'base64url')
  const y = Buffer.from(String(jwk.y ?? ''), 'base64url')
  const point = crv === 'Ed25519' ? x : Buffer.concat([Buffer.from([2 + ((y.at(-1) ?? 0) & 1)]), x])
  let number = BigInt(`0x${prefixes[crv]}${point.toString('hex')}`)
  let text = ''
  for (; number > 0n; number /= 58n) text = `${alphabet[Number(number % 58n)]}${text}`
  return `did:key:z${text}`
}

export function didJwkOf ({ jwk }: Pair): string {
  return `did:jwk:${encoded(jwk)}`
}
