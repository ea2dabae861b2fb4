import type { JsonObject } from '../domain/callback.ts'

/** What operators do with the journal, and what time does to it. Errors as in `Journal`. */
export interface Keeping {
  /** Newest first. `cursor` of a page gives the next one. */
  list (filter: EntryFilter): Promise<{ readonly entries: readonly EntrySummary[], readonly cursor?: string }>
  show (id: string): Promise<EntryDetail | undefined>

  /** Makes buried entries due again, with their events' old ids; their failures count from nothing. Gives their number. */
  redrive (buried: { readonly id: string } | Pick<EntryFilter, 'provider' | 'key' | 'since' | 'until'>): Promise<number>
  /** Removes all that is known of a key but the fingerprints; topics to be cleared are cleared as soon as the broker is there. Gives the number of entries. */
  erase (key: string): Promise<number>

  /**
   * What is over its time leaves, a batch of `limit` at a time: payloads, events and attempts of entries that ended before
   * `payloads` (a tombstone stays: id, fingerprint, reply), tombstones received before `tombstones`. Gives the number of entries touched.
   */
  forget (before: { readonly payloads: number, readonly tombstones: number, readonly limit: number }): Promise<number>

  /** Figures for readiness and metrics; cheap, whatever is kept. */
  count (): Promise<{ readonly waiting: number, readonly buried: number, readonly unpublished: number, readonly oldestWaiting?: number }>
}

export type EntryStatus = 'waiting' | 'delivered' | 'buried'

export interface EntryFilter {
  readonly status?: EntryStatus
  readonly provider?: string
  readonly key?: string
  /** Milliseconds since 1970, of `receivedAt`. */
  readonly since?: number
  readonly until?: number
  /** Default 50, most 500. */
  readonly limit?: number
  readonly cursor?: string
}

export interface EntrySummary {
  readonly id: string
  readonly provider: string
  readonly key: string
  /** `delivered` once its result is recorded and each of its events is acknowledged. */
  readonly status: EntryStatus
  readonly receivedAt: number
  /** Failed tries. */
  readonly attempts: number
  readonly reason?: string
}

export interface EntryDetail extends EntrySummary {
  /** Each failed try, oldest first. */
  readonly tries: readonly { readonly at: number, readonly code: string, readonly reason: string }[]
  readonly events: readonly EventDetail[]
}

export interface EventDetail {
  readonly id: string
  readonly type: string
  readonly topic: string
  readonly recordedAt: number
  readonly publishedAt?: number
  /** The event's `data`, for the caller to mask; absent once its payload has left. */
  readonly data?: JsonObject
}
