import { createHmac, createSecretKey } from 'node:crypto'
import type { Callback, Json } from '../domain/callback.ts'

export type Fingerprint = (callback: Pick<Callback, 'provider' | 'key' | 'parameters'>) => Uint8Array

/**
 * What a repeat is recognised by: HMAC-SHA256, 32 bytes, of provider, key and parameters. Keyed, because parameters can be
 * guessed and a plain hash of them would give them away.
 */
export function createFingerprint (secret: Uint8Array): Fingerprint {
  const keyed = createSecretKey(secret)
  return ({ provider, key, parameters }) => createHmac('sha256', keyed).update(canonical([provider, key, parameters])).digest()
}

/** JSON with the members of every object in one order, so that equal values are equal texts. */
export function canonical (value: Json | undefined): string {
  return JSON.stringify(value, (_, inner: unknown) => isObject(inner) ? inOrder(inner) : inner) ?? 'null'
}

function isObject (value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function inOrder (value: { readonly [name: string]: unknown }): object {
  const entries = Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1)
  return Object.fromEntries(entries)
}
