import { asFailure } from '../../domain/failure.ts'
import type { EventClaim, Journal } from '../journal.ts'
import { createClaimFreshEvents } from './fresh/claim-fresh-events.ts'
import { createHalf } from './half.ts'
import { eventName, type SqliteParts } from './parts.ts'

type ClaimEventsParts = Pick<SqliteParts, 'db' | 'transactions' | 'eventLeases' | 'seal' | 'now' | 'freshKeys' | 'folding'> & Pick<Journal, 'buryEvent'>
interface EventRow {
  readonly seq: number, readonly id: string, readonly entry: number, readonly entry_id: string, readonly provider: string, readonly key: string
  readonly type: string, readonly topic: string, readonly payload: Uint8Array
  readonly recorded_at: number, readonly attempt: number, readonly failures: number, readonly streak: number
}

/** Due rows that one claim looks at. More than this are never in front of a head: followers are never due before it. */
const looks = 4096

interface Taken { readonly claims: EventClaim[], readonly unreadable: { claim: EventClaim, thrown: unknown }[] }

export function createClaimEvents ({ db, transactions, eventLeases, seal, now, freshKeys, folding, buryEvent }: ClaimEventsParts): Pick<Journal, 'claimEvents' | 'renewEvents' | 'releaseEvent'> {
  const takeFresh = createClaimFreshEvents({ eventLeases, freshKeys })
  const selectDue = db.prepare(`SELECT seq, id, topic FROM events WHERE due_at <= ? ORDER BY due_at, seq LIMIT ${looks}`)
  const selectAnyDue = db.prepare('SELECT 1 FROM events WHERE due_at <= ? LIMIT 1') // mostly none is, and to begin an iteration costs four times this
  const selectHead = db.prepare(`
    SELECT e.seq, e.id, e.entry, (SELECT id FROM entries WHERE seq = e.entry) AS entry_id, e.provider, e.key, e.type, e.topic, e.payload, e.recorded_at, e.attempt, e.failures, e.streak
      FROM events e WHERE e.seq = ?
      AND (e.follows = 0 OR NOT EXISTS (SELECT 1 FROM events o WHERE o.seq IN (SELECT seq FROM events_of_key k WHERE k.key = e.key AND k.provider = e.provider) AND o.seq < e.seq AND o.due_at IS NOT NULL))`)

  const halfOf = createHalf()

  /** Half of a claim, at least, is for events of the tables, half for fresh ones: neither waits for the other. */
  function take (limit: number): Taken {
    const taken: Taken = { claims: [], unreadable: [] }
    if (limit < 1) return taken
    const half = halfOf(limit)
    takeKept(half, taken)
    takeFresh(limit, taken.claims)
    if (taken.claims.length < limit && taken.claims.length >= half) takeKept(limit, taken)
    return taken
  }

  function takeKept (limit: number, { claims, unreadable }: Taken): void {
    if (claims.length >= limit || selectAnyDue.get(now()) === undefined) return
    for (const due of selectDue.iterate(now()) as Iterable<unknown> as Iterable<{ seq: number, id: string, topic: string }>) {
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
  }

  return {
    async claimEvents (limit) {
      freshKeys.expire(now())
      folding.tidy()
      const { claims, unreadable } = transactions.read(() => take(limit))
      for (const { claim, thrown } of unreadable) await buryEvent(claim, asFailure(thrown)) // for a person to see: it must not hold up others
      return claims
    },
    async renewEvents (claims) {
      for (const { event, attempt } of claims) {
        const held = eventLeases.renew(eventName(event), attempt)
        const fresh = held && freshKeys.of(held.provider, held.key)
        // `told`: it was over its time already, and nobody took it meanwhile
        if (fresh?.stage === 'sent' || fresh?.stage === 'told') freshKeys.hold(fresh, 'sent', eventLeases.until())
      }
    },
    async releaseEvent ({ event, attempt }) {
      const name = eventName(event)
      const held = eventLeases.of(name, attempt)
      if (held === undefined) return
      eventLeases.release(name)
      const fresh = freshKeys.of(held.provider, held.key)
      if (fresh?.stage === 'sent') freshKeys.move(fresh, 'told')
    },
  }
}

function claimOf ({ id, entry_id: entryId, type, topic, recorded_at: recordedAt, failures, streak }: EventRow, attempt: number, payload: string): EventClaim {
  return { event: { id, type, topic, payload }, entryId, recordedAt, attempt, failures, streak }
}
