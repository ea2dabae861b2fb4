import { asFailure } from '../../domain/failure.ts'
import type { EventClaim, Journal } from '../journal.ts'
import { eventName, type SqliteParts } from './parts.ts'

type ClaimEventsParts = Pick<SqliteParts, 'db' | 'transactions' | 'eventLeases' | 'seal' | 'now'> & Pick<Journal, 'buryEvent'>
interface EventRow {
  readonly seq: number, readonly id: string, readonly entry: number, readonly entry_id: string, readonly provider: string, readonly key: string
  readonly type: string, readonly topic: string, readonly payload: Uint8Array
  readonly recorded_at: number, readonly attempt: number, readonly failures: number, readonly streak: number
}

/** Due rows that one claim looks at. More than this are never in front of a head: followers are never due before it. */
const looks = 4096

export function createClaimEvents ({ db, transactions, eventLeases, seal, now, buryEvent }: ClaimEventsParts): Pick<Journal, 'claimEvents' | 'releaseEvent'> {
  const selectDue = db.prepare('SELECT seq, id, topic FROM events WHERE due_at <= ? ORDER BY due_at, seq LIMIT ?')
  const selectHead = db.prepare(`
    SELECT e.seq, e.id, e.entry, (SELECT id FROM entries WHERE seq = e.entry) AS entry_id, e.provider, e.key, e.type, e.topic, e.payload, e.recorded_at, e.attempt, e.failures, e.streak
      FROM events e WHERE e.seq = ?
      AND NOT EXISTS (SELECT 1 FROM events o WHERE o.key = e.key AND o.seq < e.seq AND o.due_at IS NOT NULL AND o.provider = e.provider)`)

  function take (limit: number): { claims: EventClaim[], unreadable: { claim: EventClaim, thrown: unknown }[] } {
    const claims: EventClaim[] = []
    const unreadable: { claim: EventClaim, thrown: unknown }[] = []
    if (limit < 1) return { claims, unreadable }
    for (const due of selectDue.iterate(now(), looks) as Iterable<unknown> as Iterable<{ seq: number, id: string, topic: string }>) {
      if (eventLeases.isHeld(eventName(due))) continue
      const head = selectHead.get(due.seq) as unknown as EventRow | undefined
      if (head === undefined) continue
      const attempt = eventLeases.take(eventName(head), head.attempt, { seq: head.seq, entry: head.entry, provider: head.provider, key: head.key })
      try {
        claims.push(claimOf(head, attempt, seal.open(head.payload, eventName(head))))
      } catch (thrown) {
        unreadable.push({ claim: claimOf(head, attempt, ''), thrown })
      }
      if (claims.length === limit) break
    }
    return { claims, unreadable }
  }

  return {
    async claimEvents (limit) {
      const { claims, unreadable } = transactions.read(() => take(limit))
      for (const { claim, thrown } of unreadable) await buryEvent(claim, asFailure(thrown)) // for a person to see: it must not hold up others
      return claims
    },
    async releaseEvent ({ event, attempt }) {
      const name = eventName(event)
      if (eventLeases.of(name, attempt) !== undefined) eventLeases.release(name)
    },
  }
}

function claimOf ({ id, entry_id: entryId, type, topic, recorded_at: recordedAt, failures, streak }: EventRow, attempt: number, payload: string): EventClaim {
  return { event: { id, type, topic, payload }, entryId, recordedAt, attempt, failures, streak }
}
