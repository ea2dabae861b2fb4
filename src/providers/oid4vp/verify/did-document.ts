import type { JsonObject } from '../../../domain/callback.ts'
import { isKeyDid, keyOfDid, keyOfMultibase } from '../../../did/key-did.ts'
import { publicKeyOf, type PublicKey } from '../../../did/public-key.ts'
import { parseBounded } from '../json-text.ts'
import { isObject } from './jws.ts'
import { refuse, refuseUnlessAway } from './refusal.ts'
import type { VerifyParts } from './verify-parts.ts'

/** What a key is used for, as DID documents call it. */
export type Purpose = 'assertionMethod' | 'authentication'

/**
 * The key that a DID URL names, for a purpose; without a fragment the DID's only one. Throws `issuer_key_unresolvable`, or `ISSUER_AWAY`.
 * `did:key` and `did:jwk` are their own key, `did:web` is fetched.
 */
export async function keyOfDidUrl (url: string, purpose: Purpose, { fetchGuarded }: Pick<VerifyParts, 'fetchGuarded'>): Promise<PublicKey> {
  const [did = '', fragment] = url.split('#')
  try {
    if (isKeyDid(did)) return ofItself(did, fragment)
    if (did.startsWith('did:web:')) return ofDocument(await fetchDocument(did, fetchGuarded), did, fragment, purpose)
  } catch (thrown) {
    throw refuseUnlessAway(thrown, 'issuer_key_unresolvable') // the cause may repeat the key
  }
  throw refuse('issuer_key_unresolvable')
}

function ofItself (did: string, fragment: string | undefined): PublicKey {
  const own = did.startsWith('did:key:') ? did.slice(8) : '0'
  if (fragment !== undefined && fragment !== own) throw refuse('issuer_key_unresolvable')
  return keyOfDid(did)
}

async function fetchDocument (did: string, fetchGuarded: VerifyParts['fetchGuarded']): Promise<JsonObject> {
  const { status, body } = await fetchGuarded(addressOf(did))
  const document = status === 200 ? parseBounded(body) : undefined
  if (!isObject(document) || document.id !== did) throw refuse('issuer_key_unresolvable')
  return document
}

/** did:web §3.2. What would be read as another host or path, once it is in a URL, is refused: the DID would seem to be somebody else's. */
function addressOf (did: string): string {
  const [host = '', ...path] = did.slice(8).split(':')
  const isPart = (part: string) => /^[^\s\p{C}/\\?#%]+$/u.test(decodeURIComponent(part)) && !/^\.{1,2}$/.test(decodeURIComponent(part))
  if (!/^[A-Za-z0-9.-]+(?:%3[Aa]\d{1,5})?$/.test(host) || !path.every(isPart)) throw refuse('issuer_key_unresolvable')
  return `https://${decodeURIComponent(host)}/${path.length === 0 ? '.well-known' : path.join('/')}/did.json`
}

function ofDocument (document: JsonObject, did: string, fragment: string | undefined, purpose: Purpose): PublicKey {
  const absolute = (id: unknown) => String(id).startsWith('#') ? `${did}${String(id)}` : String(id)
  const allowed = listOf(document[purpose])
  const ids = new Set(allowed.map(entry => absolute(isObject(entry) ? entry.id : entry)))
  const known = [...listOf(document.verificationMethod), ...allowed].filter(isObject)
  const fitting = known.filter(({ id }) => ids.has(absolute(id)))
  const named = fragment === undefined ? fitting : fitting.filter(({ id }) => absolute(id) === `${did}#${fragment}`)
  const [method] = named
  if (method === undefined || named.length > 1) throw refuse('issuer_key_unresolvable')
  if (method.controller !== undefined && method.controller !== did) throw refuse('issuer_key_unresolvable')
  const { publicKeyJwk: jwk, publicKeyMultibase: multibase } = method
  return isObject(jwk) ? publicKeyOf(jwk) : keyOfMultibase(String(multibase))
}

function listOf (value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
