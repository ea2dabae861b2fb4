import { now } from '../../database/postgres/clock.ts'
import type { OpenTransaction } from '../../database/postgres/statements.ts'
import type { Failure } from '../../domain/failure.ts'
import type { EventClaim, Journal } from '../journal.ts'
import { createGroup } from '../../database/postgres/group.ts'
import { columns, type PostgresParts } from './parts.ts'

interface EventEnd {
  readonly claim: EventClaim, readonly kind: 'published' | 'put-off' | 'buried' | 'released'
  readonly failure?: Failure
  /** Milliseconds until it is tried again, or cleared. */
  readonly delay?: number | undefined
}
interface EndedRow { readonly id: string, readonly topic: string, readonly attempt: number }

// Held ones are due, and that is not said here: the planner would then look through all that are due. While a clear is under way it may take this event with it: then the older mark stays, also over a crash, until the clear is done.
const end = { name: 'event_end', text: `
  WITH ${now},
  ended AS (
    UPDATE events e SET held = false,
        due_at = CASE g.kind WHEN 'put-off' THEN now.at + g.delay WHEN 'released' THEN now.at END,
        published_at = CASE g.kind WHEN 'published' THEN now.at END,
        clear_at = CASE WHEN g.kind = 'published' THEN now.at + g.delay WHEN g.kind = 'buried' THEN NULL ELSE e.clear_at END,
        clearing = e.clearing AND g.kind NOT IN ('published', 'buried'),
        failures = e.failures + g.counts, streak = CASE g.kind WHEN 'put-off' THEN e.streak + 1 WHEN 'released' THEN e.streak ELSE 0 END
      FROM now, unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::int[], $8::bigint[]) AS g (entry, id, topic, attempt, kind, counts, delay)
      WHERE e.entry_id = g.entry AND e.id = g.id AND e.topic = g.topic AND e.attempt = g.attempt AND e.held
      RETURNING e.seq, e.id, e.topic, e.attempt, e.provider, e.key, g.kind),
  dropped AS (
    UPDATE events o SET clear_at = NULL FROM ended WHERE ended.kind = 'published' AND o.provider = ended.provider AND o.key = ended.key AND o.seq < ended.seq
      AND o.topic = ended.topic AND o.clear_at IS NOT NULL AND NOT o.clearing)
  SELECT id, topic, attempt FROM ended` }
// its own statement: it sees an ask that ended while the one before it waited for the event
const deliver = { name: 'event_deliver', text: `
  WITH ${now}
  UPDATE entries e SET status = 'delivered', ended_at = now.at FROM now WHERE e.id = ANY($2::text[]) AND e.status = 'resolved'
    AND NOT EXISTS (SELECT 1 FROM events x WHERE x.entry_id = e.id AND x.due_at IS NOT NULL)` }
// keys come before their events, as wherever both are changed
const holdBuried = { name: 'event_hold_buried', text: `
  SELECT 1 FROM watches w WHERE (w.provider, w.key) IN (SELECT e.provider, e.key FROM entries e WHERE e.id = ANY($1::text[])) ORDER BY w.provider, w.key FOR UPDATE` }
const giveUp = { name: 'event_give_up', text: `
  WITH ${now},
  g AS (SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::int[]) AS g (entry, kind, code, reason, counts)),
  buried AS (
    UPDATE entries e SET status = 'buried', ended_at = now.at, reason = g.code || ': ' || g.reason, failures = e.failures + g.counts
      FROM g, now WHERE e.id = g.entry AND g.kind = 'buried' AND e.status <> 'gone'),
  unwatched AS (
    UPDATE watches w SET watching = NULL, watch_at = NULL FROM g JOIN entries e ON e.id = g.entry
      WHERE g.kind = 'buried' AND w.provider = e.provider AND w.key = e.key AND w.watching = e.id)
  INSERT INTO attempts (entry_id, at, code, reason) SELECT g.entry, now.at, g.code, g.reason FROM g, now` }
// so that claims do not meet them before it
const follow = { name: 'event_follow', text: `
  UPDATE events f SET due_at = h.due_at FROM unnest($1::text[], $2::text[], $3::text[]) AS g (entry, id, topic), events h
    WHERE h.entry_id = g.entry AND h.id = g.id AND h.topic = g.topic AND h.due_at IS NOT NULL
      AND f.provider = h.provider AND f.key = h.key AND f.seq > h.seq AND f.due_at < h.due_at AND NOT f.held` }

/** What becomes of an event that was claimed. Ends that come while a commit is under way share the next one. */
export function createEventEnds ({ database: { transact }, clock }: Pick<PostgresParts, 'database' | 'clock'>):
  Pick<Journal, 'markPublished' | 'rescheduleEvent' | 'buryEvent' | 'releaseEvent'> & { close (): Promise<void> } {
  const group = createGroup<EventEnd, boolean>(ends => transact(transaction => endAll(transaction, ends), ends.length))

  async function endAll ({ run, last }: OpenTransaction, ends: readonly EventEnd[]): Promise<boolean[]> {
    const once = [...new Map(ends.toReversed().map(end => [nameOf(end.claim.event, end.claim.attempt), end])).values()] // the same claim may end twice in one group
      .toSorted((a, b) => a.claim.event.id < b.claim.event.id ? -1 : 1)
    const rows = once.map(({ claim: { event: { id, topic }, attempt, entryId: entry }, kind, failure, delay = null }) => ({
      id, topic, attempt, entry, kind, delay, counts: failure?.counts === true ? 1 : 0, code: failure?.code ?? null, reason: failure?.reason.replaceAll('\0', '') ?? null,
    }))
    const values = [clock.given(), ...columns(rows, 'entry', 'id', 'topic', 'attempt', 'kind', 'counts', 'delay')]
    const entriesOf = (kind: EventEnd['kind']) => [...new Set(rows.filter(row => row.kind === kind).map(({ entry }) => entry))].toSorted()
    const [buried, published] = [entriesOf('buried'), entriesOf('published')]
    const holding = buried.length === 0 ? undefined : run(holdBuried, [buried])
    const ending = run<EndedRow>(end, values)
    const delivering = (rows.every(({ code }) => code === null) ? last : run)(deliver, [clock.given(), published])
    const [, done] = await Promise.all([holding, ending, delivering])
    const ended = new Set(done.map(row => nameOf(row, row.attempt)))
    const failed = rows.filter(row => row.code !== null && ended.has(nameOf(row, row.attempt)))
    if (failed.length > 0) {
      const putOff = failed.filter(({ kind }) => kind === 'put-off')
      await Promise.all([run(giveUp, [clock.given(), ...columns(failed, 'entry', 'kind', 'code', 'reason', 'counts')]), last(follow, columns(putOff, 'entry', 'id', 'topic'))])
    }
    const isFirst = new Set(once)
    return ends.map(end => isFirst.has(end) && ended.has(nameOf(end.claim.event, end.claim.attempt)))
  }

  return {
    markPublished: (claim, clearAt) => group.add({ claim, kind: 'published', delay: clearAt === undefined ? undefined : clock.until(clearAt) }),
    rescheduleEvent: (claim, due, failure) => group.add({ claim, kind: 'put-off', delay: clock.until(due), failure }),
    buryEvent: (claim, failure) => group.add({ claim, kind: 'buried', failure }),
    async releaseEvent (claim) { await group.add({ claim, kind: 'released' }) },
    close: group.close,
  }
}

function nameOf ({ id, topic }: { readonly id: string, readonly topic: string }, attempt: number): string {
  return `${id} ${attempt} ${topic}`
}

