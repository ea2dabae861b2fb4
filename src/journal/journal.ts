import type { Callback, JsonObject } from '../domain/callback.ts'
import type { RecordedEvent } from '../domain/event.ts'
import type { Failure } from '../domain/failure.ts'

/**
 * The durable record of callbacks and of the events that came of them. Every promise resolves only once its change is
 * durable; every method throws `Failure` `JOURNAL_UNAVAILABLE` when the journal cannot be written, and then nothing has changed.
 * All times are milliseconds since 1970.
 */
export interface Journal {
  /**
   * Keeps a callback, or recognises it as a repeat. Throws `KEY_USED` for another body of a single-use key that is closed: by a
   * callback that was not `refused`, or by `mostRefusals` that were. `due`: when its result is first asked for; default: now.
   */
  append (callback: Callback, when?: { readonly due?: number }): Promise<Appended>
  /** What `append` would say of a callback that it has seen before, also as a tombstone; undefined for any other. Throws `KEY_USED` where `append` would. Changes nothing. */
  recognise (callback: Callback): Promise<Appended | undefined>

  /**
   * Takes a provider's entries that are due, at most one for each key and never one of a key that somebody holds; the oldest waiting entry
   * of a key first, else the one that watches. Each is leased for 10 s: after that another may claim it, and then whatever the
   * first one writes is ignored.
   */
  claim (provider: string, limit: number): Promise<Claim[]>
  /** Work goes on: what the claims still hold is leased for 10 s from now. One that was lost stays lost. */
  renew (claims: readonly Claim[]): Promise<void>
  /** Ends an ask: the events exist from now on, ids and all. False when the claim was lost, and then nothing has changed. */
  recordEvents (claim: Claim, told: Told): Promise<boolean>
  /** Puts the entry off. False when the claim was lost. */
  reschedule (claim: Claim, due: number, failure: Failure): Promise<boolean>
  /** Gives the entry up, for a person to see and redrive. False when the claim was lost. */
  bury (claim: Claim, failure: Failure): Promise<boolean>
  /** Hands a claim back untouched, due at once. */
  release (claim: Claim): Promise<void>

  /** Takes events that are due, the oldest unpublished one of each key only, so that one key's events leave in their order. */
  claimEvents (limit: number): Promise<EventClaim[]>
  /** As `renew`. */
  renewEvents (claims: readonly EventClaim[]): Promise<void>
  /** `clearAt`: when the service itself must clear the retained event, on a broker that knows no expiry. */
  markPublished (claim: EventClaim, clearAt?: number): Promise<boolean>
  rescheduleEvent (claim: EventClaim, due: number, failure: Failure): Promise<boolean>
  /** Gives up an event, and with it its entry. The key's later events follow. */
  buryEvent (claim: EventClaim, failure: Failure): Promise<boolean>
  releaseEvent (claim: EventClaim): Promise<void>

  /** Takes topics whose retained event is past its `clearAt`. */
  claimExpired (limit: number): Promise<ExpiredTopic[]>
  /** The topic is cleared. Should a newer event of the key have been published meanwhile, that one becomes due again. */
  markCleared (expired: ExpiredTopic): Promise<void>

  /** Makes published events due again, with their old ids, for a broker that lost them. Gives their number. */
  republish (published: { readonly since: number, readonly until?: number }): Promise<number>

  /** The key's last recorded event, published or not. */
  lastEvent (provider: string, key: string): Promise<RecordedEvent | undefined>
  /** Publishes the key's last event once more, on another topic, with its id and payload. False when there is none. */
  reroute (provider: string, key: string, topic: string): Promise<boolean>

  /**
   * Hands the key's callback to a client, once: the same client may have it again within `again` milliseconds, since a reply can be lost.
   * Undefined when there is none that was not refused. Throws `KEY_USED` when it was handed over before.
   */
  handOver (provider: string, key: string, to: { readonly client: string, readonly again: number }): Promise<Callback | undefined>

  /** Called after each append and each record, so that work starts at once. One for each kind, the last one given holds. */
  onAppended (wake: () => void): void
  onRecorded (wake: () => void): void

  /** 32 bytes that only who holds this journal knows, the same in every replica and after each start; another for each purpose. */
  secretFor (purpose: string): Uint8Array

  /** Proves that the journal can be written; throws `JOURNAL_UNAVAILABLE`. */
  check (): Promise<void>
}

export interface Appended {
  /** The entry's id. */
  readonly id: string
  readonly isNew: boolean
  /** The first callback's `reply`, also for a repeat. */
  readonly reply: JsonObject | undefined
}

export interface Entry {
  readonly id: string
  readonly callback: Callback
  readonly receivedAt: number
}

export interface Claim {
  readonly entry: Entry
  /** The fence: a later claim of the key has a higher one. */
  readonly attempt: number
  /** How many failed tries count against the entry so far. */
  readonly failures: number
  /** How many tries in a row failed, counting or not: the exponent of the backoff. */
  readonly streak: number
  /** How often this entry's result was told before. */
  readonly asks: number
  /** Which refused callback of its key this one is, from 1; 0 when it was not refused. */
  readonly refusals: number
  /** The gist of the key's last event; after the final one nothing is compared with it, and it may be absent. */
  readonly gist: string | undefined
  /** True once the key had its final event: nothing follows, nothing is asked. */
  readonly final: boolean
}

export interface Told {
  readonly events: readonly RecordedEvent[]
  /** The gist of the last of them, or of the one before. */
  readonly gist: string | undefined
  /** True when one of them is the key's last word. */
  readonly final: boolean
  /** When to ask again; absent: the entry is done. Ignored as soon as a newer entry of the key waits. */
  readonly askAgainAt?: number
}

export interface EventClaim {
  readonly event: RecordedEvent
  readonly entryId: string
  readonly recordedAt: number
  readonly attempt: number
  readonly failures: number
  readonly streak: number
}

export interface ExpiredTopic {
  readonly topic: string
  readonly eventId: string
}
