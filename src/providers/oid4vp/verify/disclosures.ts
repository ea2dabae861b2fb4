import { createHash } from 'node:crypto'
import { deepest, parseBounded } from '../json-text.ts'
import { isObject } from './jws.ts'
import { refuse } from './refusal.ts'

const algorithms: { readonly [name: string]: string } = { 'sha-256': 'sha256', 'sha-384': 'sha384', 'sha-512': 'sha512' }
/** What an issuer must say openly: SD-JWT VC §3.2.2.2. */
const open = ['iss', 'nbf', 'exp', 'cnf', 'vct', 'vct#integrity', 'status', '_sd_alg']
/** No names of claims, wherever they stand. */
const reserved = ['_sd', '...', '__proto__']
const most = 500

interface Disclosure {
  /** Undefined: an element of a list. */
  readonly name?: string
  readonly value: unknown
}

/** `_sd_alg` to a hash of `node:crypto`. Throws `algorithm_unsupported`. */
export function digestOf (text: string | ArrayBuffer, name: string): Buffer {
  const algorithm = Object.hasOwn(algorithms, name) ? algorithms[name] : undefined
  if (algorithm === undefined) throw refuse('algorithm_unsupported')
  return createHash(algorithm).update(typeof text === 'string' ? text : new Uint8Array(text)).digest()
}

/** Each disclosure is one that the issuer signed, stands in one place only, and takes nobody else's: RFC 9901 §7.1. Throws `disclosure_invalid`. */
export function assertDisclosures (payload: unknown, encoded: readonly string[], algorithm: string): void {
  if (encoded.length > most) throw refuse('disclosure_invalid')
  const disclosed = new Map(encoded.map(text => [digestOf(text, algorithm).toString('base64url'), disclosureIn(text)]))
  const placed = new Set<unknown>()
  place(payload, 0)
  if (disclosed.size !== encoded.length || [...disclosed.keys()].some(digest => !placed.has(digest))) throw refuse('disclosure_invalid')

  /** `level`: disclosures hold others, and whoever follows them goes as deep. */
  function place (value: unknown, level: number): void {
    if (level > deepest) throw refuse('disclosure_invalid')
    if (Array.isArray(value)) for (const element of value) placeElement(element, level)
    else if (isObject(value)) placeMembers(value, level)
  }

  function placeElement (element: unknown, level: number): void {
    if (!isObject(element) || !Object.hasOwn(element, '...')) return place(element, level + 1)
    const disclosure = disclosedBy(element['...'])
    if (Object.keys(element).length > 1 || disclosure?.name !== undefined) throw refuse('disclosure_invalid')
    place(disclosure?.value, level + 1)
  }

  function placeMembers ({ _sd: digests = [], ...members }: { readonly [name: string]: unknown }, level: number): void {
    if (!Array.isArray(digests) || Object.hasOwn(members, '...')) throw refuse('disclosure_invalid')
    const names = new Set(Object.keys(members))
    for (const digest of digests) {
      const disclosure = disclosedBy(digest)
      if (disclosure === undefined) continue
      const { name, value } = disclosure
      if (name === undefined || names.has(name) || (level === 0 && open.includes(name))) throw refuse('disclosure_invalid')
      names.add(name)
      place(value, level + 1)
    }
    for (const member of Object.values(members)) place(member, level + 1)
  }

  /** Undefined for a digest whose claim is not disclosed, or never was one. */
  function disclosedBy (digest: unknown): Disclosure | undefined {
    if (typeof digest !== 'string' || placed.has(digest)) throw refuse('disclosure_invalid')
    placed.add(digest)
    return disclosed.get(digest)
  }
}

function disclosureIn (text: string): Disclosure {
  const disclosure = parseBounded(Buffer.from(text, 'base64url').toString('utf8'))
  if (!Array.isArray(disclosure) || disclosure.length < 2 || disclosure.length > 3) throw refuse('disclosure_invalid')
  const [, name, value] = disclosure as unknown[]
  if (disclosure.length === 2) return { value: name }
  if (typeof name !== 'string' || reserved.includes(name)) throw refuse('disclosure_invalid')
  return { name, value }
}
