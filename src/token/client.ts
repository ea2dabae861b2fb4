import type { PublicKey } from '../did/public-key.ts'
import type { Scope } from './token.ts'

/** Who may ask for tokens. */
export interface Client {
  readonly id: string
  readonly scopes: readonly Scope[]
  /** Clients that may act in this one's name. */
  readonly delegates: readonly string[]
  /** The keys that may have signed an assertion with this `kid`. Throws `CLIENT_INVALID` when they cannot be had. */
  keysOf (kid: string | undefined): Promise<readonly PublicKey[]>
}

/** Those of the keys that a `kid` means: a key without one of its own may be meant by any. */
export function keysOfKid (keys: readonly PublicKey[], kid: string | undefined): PublicKey[] {
  return keys.filter(key => kid === undefined || key.kid === undefined || key.kid === kid)
}
