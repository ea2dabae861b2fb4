import { now } from '../../database/postgres/clock.ts'
import { asFailure } from '../../domain/failure.ts'
import { eventName } from '../event-name.ts'
import type { EventClaim, Journal } from '../journal.ts'
import { isFree, lease, type PostgresParts } from './parts.ts'

type ClaimEventsParts = Pick<PostgresParts, 'database' | 'clock'> & Pick<Journal, 'buryEvent'>
interface EventRow {
  readonly seq: number, readonly id: string, readonly entry_id: string, readonly type: string, readonly topic: string, readonly payload: Uint8Array
  readonly recorded_at: number, readonly attempt: number, readonly failures: number, readonly streak: number, readonly was: number
}

// one that changed since this began is left for the next look: an earlier one of its key may have become due with it, and is not seen
const take = { name: 'event_take', text: `
  WITH ${now},
  due AS (
    SELECT e.seq, e.due_at, e.ctid FROM events e WHERE e.due_at <= (SELECT at FROM now) AND ${isFree}
      AND NOT EXISTS (SELECT 1 FROM events o WHERE o.provider = e.provider AND o.key = e.key AND o.seq < e.seq AND o.due_at IS NOT NULL)
      ORDER BY e.due_at, e.seq LIMIT $2 FOR UPDATE SKIP LOCKED)
  UPDATE events e SET held = true, attempt = e.attempt + 1, leased_until = now.at + ${lease} FROM due, now WHERE e.seq = due.seq AND e.ctid = due.ctid
    RETURNING e.seq, e.id, e.entry_id, e.type, e.topic, e.payload, e.recorded_at, e.attempt, e.failures, e.streak, due.due_at AS was` }

export function createClaimEvents ({ database: { run, seal }, clock, buryEvent }: ClaimEventsParts): Pick<Journal, 'claimEvents'> {
  return {
    async claimEvents (limit) {
      if (limit < 1) return []
      const claims: EventClaim[] = []
      const taken = await run<EventRow>(take, [clock.given(), limit])
      for (const row of taken.toSorted((a, b) => a.was - b.was || a.seq - b.seq)) {
        try {
          claims.push(claimOf(row, seal.open(row.payload, eventName(row))))
        } catch (thrown) { // for a person to see: it must not hold up others
          await buryEvent(claimOf(row, ''), asFailure(thrown))
        }
      }
      return claims
    },
  }
}

function claimOf ({ id, entry_id: entryId, type, topic, recorded_at: recordedAt, attempt, failures, streak }: EventRow, payload: string): EventClaim {
  return { event: { id, type, topic, payload }, entryId, recordedAt, attempt, failures, streak }
}
