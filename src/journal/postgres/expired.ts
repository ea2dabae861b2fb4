import { now } from '../../database/postgres/clock.ts'
import type { ExpiredTopic, Journal } from '../journal.ts'
import { holdKeys } from './due-again.ts'
import { columns, lease, type PostgresParts } from './parts.ts'

type ExpiredParts = Pick<PostgresParts, 'database' | 'clock' | 'wakeRecorded'>
interface Row extends ExpiredTopic { readonly seq: number, readonly provider: string, readonly key: string, readonly id: string }

const take = { name: 'expired_take', text: `
  WITH ${now},
  due AS (SELECT seq FROM events WHERE clear_at <= (SELECT at FROM now) ORDER BY clear_at, seq LIMIT $2 FOR UPDATE SKIP LOCKED)
  UPDATE events e SET clear_at = now.at + ${lease}, clearing = true FROM due, now WHERE e.seq = due.seq RETURNING e.seq, e.id, e.provider, e.key, e.topic` }
// What a clear took with it goes out again: what was published again while it was under way (`clearing` gone from the row itself), and what is on its way,
// since that may arrive before the clear. All that follow are written, as in `dueAgain`.
const lost = { name: 'expired_lost', text: `
  WITH ${now},
  lost AS (
    SELECT seq FROM events, now WHERE provider = $2 AND key = $3 AND topic = $4 AND seq >= $5 AND published_at IS NOT NULL AND payload IS NOT NULL
      AND NOT clearing AND (clear_at IS NULL OR clear_at > now.at) ORDER BY seq DESC LIMIT 1)
  UPDATE events e SET due_at = CASE WHEN e.due_at IS NOT NULL AND NOT e.held THEN e.due_at ELSE now.at END, published_at = NULL, held = false FROM now, events was
    WHERE was.seq = e.seq AND e.provider = $2 AND e.key = $3 AND e.seq >= $5 AND e.payload IS NOT NULL
      AND (was.due_at IS NOT NULL AND (e.due_at IS NOT NULL OR e.published_at IS NOT NULL) OR e.seq = (SELECT seq FROM lost)) RETURNING 1` }
const clear = { name: 'expired_clear', text: `
  WITH ${now}
  UPDATE events e SET clear_at = NULL, clearing = false FROM now WHERE e.provider = $2 AND e.key = $3 AND e.topic = $4 AND (e.clearing OR e.clear_at <= now.at)` }
const forget = { name: 'expired_forget', text: 'DELETE FROM events WHERE provider = $1 AND key = $2 AND payload IS NULL AND clear_at IS NULL' }

/** Retained events that a broker without message expiry keeps until the service clears them. */
export function createExpired ({ database: { run, transact }, clock, wakeRecorded }: ExpiredParts): Pick<Journal, 'claimExpired' | 'markCleared'> {
  /** What this replica is clearing, by topic. */
  const held = new Map<string, Row>()

  return {
    async claimExpired (limit) {
      if (limit < 1) return []
      const rows = await run<Row>(take, [clock.given(), limit])
      const topics = new Map(rows.toSorted((a, b) => b.seq - a.seq).map(row => [row.topic, row])) // the topic's oldest mark says what may have been lost
      for (const [topic, row] of topics) held.set(topic, row)
      return [...topics.values()].toReversed().map(({ topic, id: eventId }) => ({ topic, eventId }))
    },
    async markCleared ({ topic, eventId }) {
      const row = held.get(topic)
      if (row?.id !== eventId) return
      const { provider, key, seq } = row
      const at = clock.given()
      const found = await transact(async ({ run, last }) => {
        const [, found] = await Promise.all([
          run(holdKeys, columns([row], 'provider', 'key')),
          run(lost, [at, provider, key, topic, seq]), run(clear, [at, provider, key, topic]), last(forget, [provider, key]),
        ])
        return found.length > 0
      })
      if (held.get(topic) === row) held.delete(topic)
      if (found) wakeRecorded()
    },
  }
}
