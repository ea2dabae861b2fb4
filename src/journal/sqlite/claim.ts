import { asFailure } from '../../domain/failure.ts'
import type { Claim, Entry, Journal } from '../journal.ts'
import { callbackOf, replyName } from '../kept-callback.ts'
import type { SqliteParts } from './parts.ts'

type ClaimParts = Pick<SqliteParts, 'db' | 'transactions' | 'watches' | 'seal' | 'now'> & Pick<Journal, 'bury'>
interface DueRow { readonly key: string, readonly seq: number, readonly attempt: number, readonly gist: Uint8Array | null, readonly final: number }
interface EntryRow {
  readonly id: string, readonly received_at: number, readonly failures: number, readonly streak: number, readonly asks: number, readonly refusal: number
  readonly payload: Uint8Array, readonly reply: Uint8Array | null
}

export function createClaim ({ db, transactions, watches, seal, now, bury }: ClaimParts): Pick<Journal, 'claim' | 'release'> {
  const { leases, nameOf } = watches
  const selectDue = db.prepare('SELECT key, coalesce(head, watching) AS seq, attempt, gist, final FROM watches WHERE provider = ? AND due_at <= ? ORDER BY due_at LIMIT ?')
  const selectEntry = db.prepare('SELECT id, received_at, failures, streak, asks, refusal, payload, reply FROM entries WHERE seq = ?')

  /** What can be read of the due keys that nobody holds, and those that cannot be read. */
  function take (provider: string, limit: number): { claims: Claim[], unreadable: { claim: Claim, thrown: unknown }[] } {
    const claims: Claim[] = []
    const unreadable: { claim: Claim, thrown: unknown }[] = []
    const due = selectDue.all(provider, now(), limit + leases.size()) as unknown as DueRow[] // held ones stay due, and are passed over
    for (const row of due) {
      if (claims.length === limit) break
      const name = nameOf(provider, row.key)
      if (leases.isHeld(name)) continue
      const entry = selectEntry.get(row.seq) as unknown as EntryRow
      const { failures, streak, asks, refusal: refusals } = entry
      const attempt = leases.take(name, row.attempt, { seq: row.seq, news: false })
      const claimOf = (entry: Entry, gist?: string): Claim => ({ entry, attempt, failures, streak, asks, refusals, gist, final: row.final === 1 })
      try {
        claims.push(claimOf(entryOf(provider, row.key, entry), row.gist === null ? undefined : seal.open(row.gist, name)))
      } catch (thrown) {
        const callback = { provider, channel: 'back', key: row.key, parameters: {}, traceparent: '' } as const
        unreadable.push({ claim: claimOf({ id: entry.id, callback, receivedAt: entry.received_at }), thrown })
      }
    }
    return { claims, unreadable }
  }

  function entryOf (provider: string, key: string, { id, received_at: receivedAt, payload, reply }: EntryRow): Entry {
    const kept = { provider, key, payload: seal.open(payload, id), reply: reply === null ? undefined : seal.open(reply, replyName(id)) }
    return { id, callback: callbackOf(kept), receivedAt }
  }

  return {
    async claim (provider, limit) {
      const { claims, unreadable } = transactions.read(() => take(provider, limit))
      for (const { claim, thrown } of unreadable) await bury(claim, asFailure(thrown)) // for a person to see: it must not hold up others
      return claims
    },
    async release ({ entry: { callback: { provider, key } }, attempt }) {
      const name = nameOf(provider, key)
      if (leases.of(name, attempt) !== undefined) leases.release(name)
    },
  }
}
