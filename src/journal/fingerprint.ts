import type { Callback, Json } from '../domain/callback.ts'
import { createKeyedHash } from './keyed-hash.ts'

export type Fingerprint = (callback: Pick<Callback, 'provider' | 'key' | 'parameters'>) => Uint8Array

/**
 * What a repeat is recognised by: HMAC-SHA256, 32 bytes, of provider, key and parameters. Keyed, because parameters can be
 * guessed and a plain hash of them would give them away.
 */
export function createFingerprint (secret: Uint8Array): Fingerprint {
  const hashOf = createKeyedHash(secret)
  return ({ provider, key, parameters }) => hashOf(canonical([provider, key, parameters]))
}

/** JSON with the members of every object in one order, so that equal values are equal texts. */
export function canonical (value: Json | undefined): string {
  const text = isInOrder(value) ? JSON.stringify(value) : JSON.stringify(value, (_, inner: unknown) => isObject(inner) ? inOrder(inner) : inner)
  return text ?? 'null'
}

/** True for most: providers write parameters in an order of their own. */
function isInOrder (value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isInOrder)
  if (!isObject(value)) return true
  let last = ''
  for (const name of Object.keys(value)) {
    if (name < last || !isInOrder(value[name])) return false
    last = name
  }
  return true
}

function isObject (value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function inOrder (value: { readonly [name: string]: unknown }): object {
  const entries = Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1)
  return Object.fromEntries(entries)
}
