import { asFailure } from '../../domain/failure.ts'
import type { Claim, Entry, Journal } from '../journal.ts'
import { callbackOf, replyName } from '../kept-callback.ts'
import { createClaimFresh, unknownOf, type Taken } from './fresh/claim-fresh.ts'
import { createHalf } from './half.ts'
import type { SqliteParts } from './parts.ts'

type ClaimParts = Pick<SqliteParts, 'db' | 'transactions' | 'watches' | 'seal' | 'now' | 'freshKeys' | 'sheets' | 'folding'> & Pick<Journal, 'bury'>
interface DueRow { readonly key: string, readonly seq: number, readonly attempt: number, readonly gist: Uint8Array | null, readonly final: number }
interface EntryRow {
  readonly id: string, readonly received_at: number, readonly failures: number, readonly streak: number, readonly asks: number, readonly refusal: number
  readonly payload: Uint8Array, readonly reply: Uint8Array | null
}

export function createClaim (parts: ClaimParts): Pick<Journal, 'claim' | 'renew' | 'release'> {
  const { db, transactions, watches, seal, now, freshKeys, folding, bury } = parts
  const takeFresh = createClaimFresh(parts)
  const { leases, nameOf } = watches
  // read as far as is needed: a bound LIMIT would have SQLite plan the statement anew each time
  const selectDue = db.prepare('SELECT key, coalesce(head, watching) AS seq, attempt, gist, final FROM watches WHERE provider = ? AND due_at <= ? ORDER BY due_at')
  const selectAnyDue = db.prepare('SELECT 1 FROM watches WHERE provider = ? AND due_at <= ? LIMIT 1') // mostly none is, and to begin an iteration costs four times this
  const selectEntry = db.prepare('SELECT id, received_at, failures, streak, asks, refusal, payload, reply FROM entries WHERE seq = ?')

  const halfOf = createHalf()

  /** Half of a claim, at least, is for keys of the tables, half for fresh ones: neither waits for the other. */
  function take (provider: string, limit: number): Taken {
    const taken: Taken = { claims: [], unreadable: [] }
    const half = halfOf(limit)
    takeKept(provider, half, taken)
    takeFresh(provider, limit, taken)
    if (taken.claims.length < limit && taken.claims.length >= half) takeKept(provider, limit, taken)
    return taken
  }

  /** What can be read of the due keys that nobody holds, and those that cannot be read. */
  function takeKept (provider: string, limit: number, { claims, unreadable }: Taken): void {
    if (claims.length >= limit || selectAnyDue.get(provider, now()) === undefined) return
    for (const row of selectDue.iterate(provider, now()) as Iterable<unknown> as Iterable<DueRow>) { // held ones stay due, and are passed over
      const name = nameOf(provider, row.key)
      if (leases.isHeld(name)) continue
      const entry = selectEntry.get(row.seq) as unknown as EntryRow
      const { failures, streak, asks, refusal: refusals } = entry
      const attempt = leases.take(name, row.attempt, { seq: row.seq, news: false })
      const claimOf = (entry: Entry, gist?: string): Claim => ({ entry, attempt, failures, streak, asks, refusals, gist, final: row.final === 1 })
      try {
        claims.push(claimOf(entryOf(provider, row.key, entry), row.gist === null ? undefined : seal.open(row.gist, name)))
      } catch (thrown) {
        unreadable.push({ claim: claimOf({ id: entry.id, callback: unknownOf(provider, row.key), receivedAt: entry.received_at }), thrown })
      }
      if (claims.length === limit) break
    }
  }

  function entryOf (provider: string, key: string, { id, received_at: receivedAt, payload, reply }: EntryRow): Entry {
    const kept = { provider, key, payload: seal.open(payload, id), reply: reply === null ? undefined : seal.open(reply, replyName(id)) }
    return { id, callback: callbackOf(kept), receivedAt }
  }

  return {
    async claim (provider, limit) {
      freshKeys.expire(now())
      folding.tidy()
      const { claims, unreadable } = transactions.read(() => take(provider, limit))
      for (const { claim, thrown } of unreadable) await bury(claim, asFailure(thrown)) // for a person to see: it must not hold up others
      return claims
    },
    async renew (claims) {
      for (const { entry: { callback: { provider, key } }, attempt } of claims) {
        const fresh = leases.renew(nameOf(provider, key), attempt) && freshKeys.of(provider, key)
        // `waiting`: it was over its time already, and nobody took it meanwhile
        if (fresh?.stage === 'asked' || fresh?.stage === 'waiting') freshKeys.hold(fresh, 'asked', leases.until())
      }
    },
    async release ({ entry: { callback: { provider, key } }, attempt }) {
      const name = nameOf(provider, key)
      if (leases.of(name, attempt) === undefined) return
      leases.release(name)
      const fresh = freshKeys.of(provider, key)
      if (fresh?.stage === 'asked') freshKeys.move(fresh, 'waiting')
    },
  }
}
