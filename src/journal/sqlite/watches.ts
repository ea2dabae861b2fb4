import type { DatabaseSync } from 'node:sqlite'
import type { Transaction } from '../../database/sqlite/transactions.ts'
import type { Claim } from '../journal.ts'
import { createLeases, type Leases } from './leases.ts'

/** A claim as its later acts need it. */
export interface ClaimOfKey { readonly entry: { readonly callback: { readonly provider: string, readonly key: string } }, readonly attempt: number }

export interface HeldEntry {
  readonly seq: number
  /** True once a callback came for the key while it was held. */
  news: boolean
}

export interface Watch {
  readonly provider: string, readonly key: string
  readonly entry: number | null, readonly event: number | null
  readonly head: number | null, readonly watching: number | null, readonly watch_at: number | null
  readonly attempt: number, readonly gist: Uint8Array | null, readonly final: number, readonly accepted: number, readonly refusals: number
}

export interface HeldWatch extends HeldEntry { readonly watch: Watch }

/** The rows that claims are made of, one for each key. */
export interface Watches {
  readonly leases: Leases<HeldEntry>
  /** The name of a key's lease, and of its sealed gist. */
  nameOf (provider: string, key: string): string
  of (provider: string, key: string): Watch | undefined
  /** A new entry of the key, or a redriven one: `waits` to be asked for now, or watches from `due` on; `refusal` says which refused one it is. */
  append (entry: { readonly provider: string, readonly key: string, readonly seq: number, readonly due: number, readonly waits: boolean, readonly refusal: number }): void
  /** What a claim still holds; undefined when it was lost. */
  heldBy (claim: ClaimOfKey): HeldWatch | undefined
  /** Ends the attempt: frees the key on commit. `waiting`: the key's oldest waiting entry is the held one still, due then; absent: it is the next one, due at once. */
  end (claim: Claim, held: HeldWatch, ends: { readonly waiting?: number | undefined, readonly watch: { readonly seq: number, readonly at: number } | undefined }, transaction: Transaction): void
  /** The entry is neither waiting nor watching any more. */
  rest (provider: string, key: string, seq: number): void
}

export function createWatches ({ db, now }: { readonly db: DatabaseSync, readonly now: () => number }): Watches {
  const leases = createLeases<HeldEntry>({ now })
  const select = db.prepare('SELECT provider, key, entry, event, head, watching, watch_at, attempt, gist, final, accepted, refusals FROM watches WHERE provider = ? AND key = ?')
  const upsert = db.prepare(`
    INSERT INTO watches (provider, key, entry, due_at, head, accepted, refusals) VALUES (?1, ?2, ?4, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET
      due_at = min(coalesce(due_at, ?3), ?3), head = min(coalesce(head, ?4), ?4), accepted = max(accepted, ?5), refusals = max(refusals, ?6)`)
  const upsertWatch = db.prepare(`
    INSERT INTO watches (provider, key, entry, due_at, watching, watch_at, accepted, refusals) VALUES (?1, ?2, ?4, ?3, ?4, ?3, ?5, ?6) ON CONFLICT DO UPDATE SET
      due_at = coalesce(due_at, ?3), watching = ?4, watch_at = ?3, accepted = max(accepted, ?5), refusals = max(refusals, ?6)`)
  const update = db.prepare('UPDATE watches SET attempt = ?, due_at = ?, head = ?, watching = ?, watch_at = ? WHERE provider = ? AND key = ?')
  // those after the oldest waiting one wait too, but for a few, and all of them are followers: the index is read for one or two rows
  const selectWaiting = db.prepare(`SELECT seq FROM entries WHERE follows = 1 AND key = ? AND provider = ? AND seq > ? AND status = 'waiting' ORDER BY seq LIMIT 1`)

  function nameOf (provider: string, key: string): string {
    return `${provider} ${key}`
  }

  function of (provider: string, key: string): Watch | undefined {
    return select.get(provider, key) as unknown as Watch | undefined
  }

  function after (provider: string, key: string, seq: number): number | null {
    const row = selectWaiting.get(key, provider, seq)
    return row === undefined ? null : Number(row.seq)
  }

  return {
    leases,
    nameOf,
    of,
    append ({ provider, key, seq, due, waits, refusal }) {
      (waits ? upsert : upsertWatch).run(provider, key, Math.ceil(due), seq, refusal === 0 ? 1 : 0, refusal)
      const held = leases.held(nameOf(provider, key))
      if (held !== undefined && waits) held.news = true // stays so if the commit fails: then the key is asked early, no more
    },
    heldBy ({ entry: { callback: { provider, key } }, attempt }) {
      const held = leases.of(nameOf(provider, key), attempt)
      const watch = of(provider, key)
      // the row too: the same claim may have ended in this very transaction
      return held === undefined || watch === undefined || watch.attempt >= attempt ? undefined : { ...held, watch }
    },
    end ({ entry: { callback: { provider, key } }, attempt }, { seq, watch: { head: oldHead } }, { waiting, watch }, transaction) {
      const head = waiting !== undefined || oldHead !== seq ? oldHead : after(provider, key, seq)
      const watchAt = watch === undefined ? null : Math.ceil(watch.at)
      const due = head === null ? watchAt : Math.ceil(waiting ?? now())
      update.run(attempt, due, head, watch?.seq ?? null, watchAt, provider, key)
      transaction.onCommit(() => leases.end(nameOf(provider, key), attempt))
    },
    rest (provider, key, seq) {
      const watch = of(provider, key)
      if (watch === undefined) return
      const head = watch.head === seq ? after(provider, key, seq) : watch.head
      const [watching, watchAt] = watch.watching === seq ? [null, null] : [watch.watching, watch.watch_at]
      update.run(watch.attempt, head === null ? watchAt : now(), head, watching, watchAt, provider, key)
    },
  }
}
