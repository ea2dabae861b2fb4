import { now } from '../../database/postgres/clock.ts'
import { asFailure } from '../../domain/failure.ts'
import type { Claim, Entry, Journal } from '../journal.ts'
import { callbackOf, replyName } from '../kept-callback.ts'
import { columns, gistName, isFree, lease, type PostgresParts } from './parts.ts'

type ClaimParts = Pick<PostgresParts, 'database' | 'clock'> & Pick<Journal, 'bury'>
interface TakenRow { readonly key: string, readonly attempt: number, readonly gist: Uint8Array | null, readonly final: boolean, readonly watching: string | null, readonly was: number }
interface EntryRow {
  readonly key: string, readonly id: string, readonly received_at: number, readonly failures: number, readonly streak: number, readonly asks: number, readonly refusal: number
  readonly payload: Uint8Array, readonly reply: Uint8Array | null
}

const take = { name: 'claim_take', text: `
  WITH ${now},
  due AS (
    SELECT provider, key, ready_at FROM watches WHERE provider = $2 AND ready_at <= (SELECT at FROM now) AND ${isFree} ORDER BY ready_at LIMIT $3 FOR UPDATE SKIP LOCKED)
  UPDATE watches w SET held = true, news = false, attempt = w.attempt + 1, leased_until = now.at + ${lease} FROM due, now
    WHERE w.provider = due.provider AND w.key = due.key RETURNING w.key, w.attempt, w.gist, w.final, w.watching, due.ready_at AS was` }
// a statement of its own, after the keys are held: it sees every callback that came before that
const read = { name: 'claim_read', text: `
  SELECT e.key, e.id, e.received_at, e.failures, e.streak, e.asks, e.refusal, e.payload, e.reply FROM unnest($2::text[]) AS k (key) CROSS JOIN LATERAL (
    SELECT * FROM entries WHERE provider = $1 AND key = k.key AND status IN ('waiting', 'watching') ORDER BY status, seq LIMIT 1) e` }
// a callback that came since the keys were held is not forgotten
const rest = { name: 'claim_rest', text: `
  WITH ${now}
  UPDATE watches w SET held = false, news = false,
      watching = CASE WHEN w.watching IS DISTINCT FROM g.watching THEN w.watching END, watch_at = CASE WHEN w.watching IS DISTINCT FROM g.watching THEN w.watch_at END,
      ready_at = CASE WHEN w.news THEN now.at WHEN w.watching IS DISTINCT FROM g.watching THEN w.watch_at END
    FROM now, unnest($3::text[], $4::int[], $5::text[]) AS g (key, attempt, watching) WHERE w.provider = $2 AND w.key = g.key AND w.attempt = g.attempt AND w.held` }

export function createClaim ({ database: { run, seal }, clock, bury }: ClaimParts): Pick<Journal, 'claim'> {
  function entryOf (provider: string, { key, id, received_at: receivedAt, payload, reply }: EntryRow): Entry {
    const kept = { provider, key, payload: seal.open(payload, id), reply: reply === null ? undefined : seal.open(reply, replyName(id)) }
    return { id, callback: callbackOf(kept), receivedAt }
  }

  return {
    async claim (provider, limit) {
      if (limit < 1) return []
      const taken = await run<TakenRow>(take, [clock.given(), provider, limit])
      if (taken.length === 0) return []
      const entries = new Map((await run<EntryRow>(read, [provider, taken.map(({ key }) => key)])).map(entry => [entry.key, entry]))
      const idle = taken.filter(({ key }) => !entries.has(key))
      if (idle.length > 0) await run(rest, [clock.given(), provider, ...columns(idle, 'key', 'attempt', 'watching')])

      const claims: Claim[] = []
      for (const { key, attempt, gist, final } of taken.toSorted((a, b) => a.was - b.was || (a.key < b.key ? -1 : 1))) {
        const row = entries.get(key)
        if (row === undefined) continue
        const { failures, streak, asks, refusal: refusals } = row
        const claimOf = (entry: Entry, gist?: string): Claim => ({ entry, attempt, failures, streak, asks, refusals, gist, final })
        try {
          claims.push(claimOf(entryOf(provider, row), gist === null ? undefined : seal.open(gist, gistName(provider, key))))
        } catch (thrown) { // for a person to see: it must not hold up others
          const callback = { provider, channel: 'back', key, parameters: {}, traceparent: '' } as const
          await bury(claimOf({ id: row.id, callback, receivedAt: row.received_at }), asFailure(thrown))
        }
      }
      return claims
    },
  }
}
