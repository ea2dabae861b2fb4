import type { JsonObject } from './callback.ts'

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
