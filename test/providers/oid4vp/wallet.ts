import { createHash, randomBytes, sign } from 'node:crypto'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import canonicalize from 'canonicalize'
import type { JsonObject } from '../../../src/domain/callback.ts'
import { didJwkOf, didKeyOf, encoded, jwtOf, pairOf, type Pair } from '../../token/jwt.ts'

export const nonce = 'nonce-0123456789abcdef'
export const clientId = 'x509_san_dns:verifier.example'
export const vct = 'https://credentials.example/email'

/** The time of these tests, in seconds. */
export const seconds = 1_800_000_000
export const now = () => seconds * 1000

export interface Party extends Pair { readonly did: string, readonly alg: string, readonly kid: string }

export function partyOf (crv: 'P-256' | 'Ed25519' | 'secp256k1' = 'P-256', method: 'key' | 'jwk' = 'key'): Party {
  const pair = pairOf(crv)
  const did = method === 'key' ? didKeyOf(crv, pair) : didJwkOf(pair)
  return { ...pair, did, alg: { 'P-256': 'ES256', Ed25519: 'EdDSA', secp256k1: 'ES256K' }[crv], kid: `${did}#${method === 'key' ? did.slice(8) : '0'}` }
}

const hasher = (data: string | ArrayBuffer, alg: string) => createHash(alg.replace('-', '')).update(typeof data === 'string' ? data : new Uint8Array(data)).digest()
const signerOf = ({ privateKey }: Pair) => (text: string) => sign(privateKey.asymmetricKeyType === 'ed25519' ? null : 'sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')

export interface SdJwtWish {
  readonly issuer: Party
  readonly holder: Party
  readonly claims?: JsonObject
  readonly header?: JsonObject
  /** Changes to the KB-JWT's payload. */
  readonly kb?: JsonObject
  readonly kbHeader?: JsonObject
  /** Who signs the KB-JWT instead. */
  readonly presenter?: Party
  readonly disclosed?: readonly string[]
  readonly bound?: boolean
}

/** An SD-JWT VC issued by `@sd-jwt/sd-jwt-vc`, presented with the claims that are named. */
export async function sdJwtOf (wish: SdJwtWish): Promise<string> {
  const { issuer, holder, claims = {}, header = {}, disclosed = ['email'], bound = true } = wish
  const library = new SDJwtVcInstance({ hasher, signer: signerOf(issuer), signAlg: issuer.alg, hashAlg: 'sha-256', saltGenerator: () => randomBytes(16).toString('base64url') })
  const payload = { iss: issuer.did, iat: seconds - 10, vct, email: 'a@example.com', name: 'A', cnf: { jwk: holder.jwk }, ...claims }
  const issued = await library.issue(JSON.parse(JSON.stringify(payload)) as never, { _sd: ['email', 'name'] } as never, { header: { kid: issuer.kid, ...header } })
  const presented = await library.present(issued, Object.fromEntries(disclosed.map(name => [name, true])))
  return bound ? `${presented}${kbOf(presented, wish)}` : presented
}

function kbOf (presented: string, { holder, presenter = holder, kb = {}, kbHeader = {} }: SdJwtWish): string {
  const claims = { iat: seconds, nonce, aud: clientId, sd_hash: hasher(presented, 'sha-256').toString('base64url'), ...kb }
  return jwtOf({ header: { alg: presenter.alg, typ: 'kb+jwt', ...kbHeader }, claims, key: presenter.privateKey })
}

export interface W3cWish {
  readonly issuer: Party
  readonly holder: Party
  readonly vc?: JsonObject
  readonly vp?: JsonObject
  /** Changes to the JWT's claims, or to the proof. */
  readonly issued?: JsonObject
  readonly presented?: JsonObject
  readonly presenter?: Party
}

export function jwtVcOf ({ issuer, holder, vc = {}, issued = {} }: W3cWish): string {
  const credential = { '@context': ['https://www.w3.org/2018/credentials/v1'], type: ['VerifiableCredential', 'Email'], credentialSubject: { email: 'a@example.com' }, ...vc }
  return jwtOf({ header: { alg: issuer.alg, typ: 'JWT', kid: issuer.kid }, claims: { iss: issuer.did, sub: holder.did, nbf: seconds - 10, exp: seconds + 1000, vc: credential, ...issued }, key: issuer.privateKey })
}

export function jwtVpOf (wish: W3cWish, credentials: readonly string[] = [jwtVcOf(wish)]): string {
  const { holder, presenter = holder, vp = {}, presented = {} } = wish
  const claims = { iss: presenter.did, aud: clientId, nonce, nbf: seconds - 5, exp: seconds + 300, vp: { type: ['VerifiablePresentation'], verifiableCredential: credentials, ...vp }, ...presented }
  return jwtOf({ header: { alg: presenter.alg, typ: 'JWT', kid: presenter.kid }, claims, key: presenter.privateKey })
}

/** A document with a Data Integrity proof, canonical by the `canonicalize` package. */
export function provedOf (document: JsonObject, { privateKey, alg, kid }: Party, options: JsonObject): JsonObject {
  const proof = {
    type: 'DataIntegrityProof', cryptosuite: alg === 'EdDSA' ? 'eddsa-jcs-2022' : 'ecdsa-jcs-2019', created: new Date(now()).toISOString(), verificationMethod: kid,
    ...document['@context'] !== undefined && { '@context': document['@context'] }, ...options,
  }
  const canonical = canonicalize as unknown as (value: unknown) => string
  const hashes = Buffer.concat([proof, document].map(part => createHash('sha256').update(canonical(JSON.parse(JSON.stringify(part)))).digest()))
  const signature = sign(alg === 'EdDSA' ? null : 'sha256', hashes, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return JSON.parse(JSON.stringify({ ...document, proof: { ...proof, proofValue: `z${base58(signature)}` } })) as JsonObject
}

export function ldpVcOf ({ issuer, holder, vc = {}, issued = {} }: W3cWish): JsonObject {
  return provedOf({
    '@context': ['https://www.w3.org/2018/credentials/v1'], id: 'urn:uuid:1', type: ['VerifiableCredential', 'Email'], issuer: issuer.did, issuanceDate: new Date(now() - 1000).toISOString(),
    credentialSubject: { id: holder.did, email: 'a@example.com' }, ...vc,
  }, issuer, { proofPurpose: 'assertionMethod', ...issued })
}

export function ldpVpOf (wish: W3cWish, credentials: readonly JsonObject[] = [ldpVcOf(wish)]): JsonObject {
  const { holder, presenter = holder, vp = {}, presented = {} } = wish
  const presentation = { '@context': ['https://www.w3.org/2018/credentials/v1'], type: ['VerifiablePresentation'], holder: presenter.did, verifiableCredential: credentials, ...vp }
  return provedOf(presentation, presenter, { proofPurpose: 'authentication', challenge: nonce, domain: clientId, ...presented })
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

function base58 (bytes: Uint8Array): string {
  let text = ''
  for (let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`); number > 0n; number /= 58n) text = `${alphabet[Number(number % 58n)]}${text}`
  return `${'1'.repeat(bytes.findIndex(byte => byte !== 0))}${text}`
}

/** A text with another character in the middle of its part after the last dot. */
export function tampered (jwt: string): string {
  const at = jwt.lastIndexOf('.') + 20
  return `${jwt.slice(0, at)}${jwt[at] === 'A' ? 'B' : 'A'}${jwt.slice(at + 1)}`
}

export { encoded }
