import { createHash } from 'node:crypto'
import { parseBounded } from '../json-text.ts'
import { isObject } from './jws.ts'
import { refuse } from './refusal.ts'

const algorithms: { readonly [name: string]: string } = { 'sha-256': 'sha256', 'sha-384': 'sha384', 'sha-512': 'sha512' }
/** What an issuer must say openly, SD-JWT VC §3.2.2.2; `_sd` and `...` are no names of claims. */
const neverDisclosed = ['iss', 'nbf', 'exp', 'cnf', 'vct', 'status', '_sd', '...', '__proto__']
/** Disclosures may hold others, and whoever follows them goes as deep. */
const most = 500

/** `_sd_alg` to a hash of `node:crypto`. Throws `algorithm_unsupported`. */
export function digestOf (text: string | ArrayBuffer, name: string): Buffer {
  const algorithm = Object.hasOwn(algorithms, name) ? algorithms[name] : undefined
  if (algorithm === undefined) throw refuse('algorithm_unsupported')
  return createHash(algorithm).update(typeof text === 'string' ? text : new Uint8Array(text)).digest()
}

/** Each disclosure is one that the issuer signed, and stands in one place only: SD-JWT §7.1. Throws `disclosure_invalid`. */
export function assertDisclosures (payload: unknown, encoded: readonly string[], algorithm: string): void {
  if (encoded.length > most) throw refuse('disclosure_invalid')
  const disclosed = new Map(encoded.map(text => [digestOf(text, algorithm).toString('base64url'), valueIn(text)]))
  const placed = new Set<string>()
  const place = (value: unknown): void => {
    for (const digest of digestsIn(value)) {
      if (placed.has(digest)) throw refuse('disclosure_invalid')
      placed.add(digest)
      place(disclosed.get(digest))
    }
  }
  place(payload)
  if (disclosed.size !== encoded.length || [...disclosed.keys()].some(digest => !placed.has(digest))) throw refuse('disclosure_invalid')
}

function valueIn (text: string): unknown {
  const disclosure = parseBounded(Buffer.from(text, 'base64url').toString('utf8'))
  if (!Array.isArray(disclosure) || disclosure.length < 2 || disclosure.length > 3) throw refuse('disclosure_invalid')
  if (disclosure.length === 3 && (typeof disclosure[1] !== 'string' || neverDisclosed.includes(disclosure[1]))) throw refuse('disclosure_invalid')
  return disclosure.at(-1)
}

function digestsIn (value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(digestsIn)
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, member]) => {
    if (name === '...') return [String(member)]
    return name === '_sd' && Array.isArray(member) ? member.map(String) : digestsIn(member)
  })
}
