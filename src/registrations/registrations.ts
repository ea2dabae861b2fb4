import type { JsonObject } from '../domain/callback.ts'

/** What a client told us beforehand: which key it awaits, who subscribes, where the user returns. */
export interface Registration {
  readonly provider: string
  readonly key: string
  /** The client that made it. */
  readonly owner: string
  /** Whose topic the key's events go to. */
  readonly subscriber: string
  readonly returnUrl?: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** The provider's own part, as its `toRegistration` made it: kept sealed, never shown. */
  readonly details: JsonObject
  /** What the client is told of `details`; a repeat is told the same. */
  readonly reply: JsonObject
}

/** Registrations by provider and key. Throws `JOURNAL_UNAVAILABLE` when they cannot be read or written. */
export interface Registrations {
  /**
   * Keeps a registration durably. `request` is what the client asked for, in a form that is equal for equal wishes: the same
   * again is `unchanged` and gives the first one, another wish for a key that is registered is `changed` and gives nothing.
   * An expired one stands in nobody's way.
   */
  register (registration: Registration, request: string): Promise<Registered>
  /** The registration if it has not expired. */
  find (provider: string, key: string): Promise<Registration | undefined>
  /** True when there was one of this owner. */
  remove (provider: string, key: string, owner: string): Promise<boolean>
  /** Deletes what expired before this time, a batch at a time. Gives the number deleted. */
  forget (before: number): Promise<number>
}

export type Registered =
  | { readonly state: 'made' | 'unchanged', readonly registration: Registration }
  | { readonly state: 'changed' }
