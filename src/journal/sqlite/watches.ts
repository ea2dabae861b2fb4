import type { DatabaseSync } from 'node:sqlite'
import type { Claim } from '../journal.ts'
import { createLeases, type Leases } from './leases.ts'
import type { Transaction } from '../../database/sqlite/transactions.ts'

/** A claim as its later acts need it. */
export interface ClaimOfKey { readonly entry: { readonly callback: { readonly provider: string, readonly key: string } }, readonly attempt: number }

export interface HeldEntry {
  readonly seq: number
  /** True once a callback came for the key while it was held. */
  news: boolean
}

export interface HeldWatch extends HeldEntry { readonly provider: string, readonly key: string, readonly final: boolean }

/** The rows that claims are made of, one for each key. */
export interface Watches {
  readonly leases: Leases<HeldEntry>
  /** The name of a key's lease, and of its sealed gist. */
  nameOf (provider: string, key: string): string
  /** Whether the key ever had a callback. */
  exists (provider: string, key: string): boolean
  /** Makes a key due now, and its row if there is none. */
  append (provider: string, key: string, now: number): void
  /** What a claim still holds; undefined when it was lost. */
  heldBy (claim: ClaimOfKey): HeldWatch | undefined
  /** The key's next entry: the oldest waiting one, else the one that watches. */
  next (provider: string, key: string): { readonly seq: number, readonly status: 'waiting' | 'watching' } | undefined
  /** Ends the attempt: frees the key on commit, due again at `due`; with `undefined` nothing is left to do. */
  end (claim: Claim, due: number | undefined, transaction: Transaction): void
  /** Nothing is left to do for the key. */
  rest (provider: string, key: string): void
}

export function createWatches ({ db, now }: { readonly db: DatabaseSync, readonly now: () => number }): Watches {
  const leases = createLeases<HeldEntry>({ now })
  const select = db.prepare('SELECT attempt, final FROM watches WHERE provider = ? AND key = ?')
  const upsert = db.prepare('INSERT INTO watches (provider, key, due_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET due_at = excluded.due_at')
  const selectNext = db.prepare(`SELECT seq, status FROM entries WHERE provider = ? AND key = ? AND status IN ('waiting', 'watching') ORDER BY status, seq LIMIT 1`)
  const update = db.prepare('UPDATE watches SET attempt = ?, due_at = ? WHERE provider = ? AND key = ?')
  const clear = db.prepare('UPDATE watches SET due_at = NULL WHERE provider = ? AND key = ?')

  function nameOf (provider: string, key: string): string {
    return `${provider} ${key}`
  }

  return {
    leases,
    nameOf,
    exists: (provider, key) => select.get(provider, key) !== undefined,
    append (provider, key, now) {
      upsert.run(provider, key, now)
      const held = leases.held(nameOf(provider, key))
      if (held !== undefined) held.news = true // stays so if the commit fails: then the key is asked early, no more
    },
    heldBy ({ entry: { callback: { provider, key } }, attempt }) {
      const held = leases.of(nameOf(provider, key), attempt)
      const row = select.get(provider, key)
      // the row too: the same claim may have ended in this very transaction
      return held === undefined || row === undefined || Number(row.attempt) >= attempt ? undefined : { ...held, provider, key, final: row.final === 1 }
    },
    next: (provider, key) => selectNext.get(provider, key) as { seq: number, status: 'waiting' | 'watching' } | undefined,
    end ({ entry: { callback: { provider, key } }, attempt }, due, transaction) {
      update.run(attempt, due === undefined ? null : Math.ceil(due), provider, key)
      transaction.onCommit(() => leases.end(nameOf(provider, key), attempt))
    },
    rest: (provider, key) => { clear.run(provider, key) },
  }
}
