import { now } from '../../database/postgres/clock.ts'
import { arrayOf } from '../../database/postgres/array-of.ts'
import type { OpenTransaction } from '../../database/postgres/statements.ts'
import type { RecordedEvent } from '../../domain/event.ts'
import type { Failure } from '../../domain/failure.ts'
import { eventName } from '../event-name.ts'
import type { Claim, Journal } from '../journal.ts'
import { createGroup } from '../../database/postgres/group.ts'
import { columns, gistName, type PostgresParts } from './parts.ts'
import { wordOf } from './tried.ts'

type EndsParts = Pick<PostgresParts, 'database' | 'clock' | 'wakeRecorded'>
type Kind = 'told' | 'put-off' | 'buried' | 'released'
interface End {
  readonly claim: Claim, readonly kind: Kind
  readonly events?: readonly (Omit<RecordedEvent, 'payload'> & { readonly payload: Uint8Array })[], readonly gist?: Uint8Array | null, readonly final?: boolean
  readonly failure?: Failure
  /** Milliseconds until the entry is asked for again; absent: it is not. */
  readonly delay?: number
}
interface Held { readonly provider: string, readonly key: string, readonly attempt: number, readonly final: boolean, readonly watching: string | null }

// the entry too: an erased key begins anew, and counts its attempts from nothing
const hold = { name: 'end_hold', text: `
  SELECT w.provider, w.key, w.attempt, w.final, w.watching FROM watches w
    JOIN unnest($1::text[], $2::text[], $3::int[], $4::text[]) AS g (provider, key, attempt, entry) ON w.provider = g.provider AND w.key = g.key AND w.attempt = g.attempt
    WHERE w.held AND EXISTS (SELECT 1 FROM entries e WHERE e.id = g.entry AND e.key = w.key) ORDER BY w.provider, w.key FOR UPDATE OF w` }
// marks that are under way are waited for, and those that come later see what became of the entry
const holdEvents = { name: 'end_hold_events', text: 'SELECT 1 FROM events x WHERE x.entry_id = ANY($1::text[]) AND x.due_at IS NOT NULL ORDER BY x.seq FOR UPDATE' }
/** One of the entry's events still waits for the broker. */
const waits = 'EXISTS (SELECT 1 FROM events x WHERE x.entry_id = e.id AND x.due_at IS NOT NULL)'
// `CASE`: said plainly, the planner would look through all that watch. An event is never due before an earlier one of its key that was put off: the head of each key is then met first
const write = { name: 'end_write', text: `
  WITH ${now},
  ended AS (
    UPDATE entries e SET
        status = CASE WHEN e.status = 'buried' OR g.status IS NULL THEN e.status WHEN g.status <> 'done' THEN g.status WHEN g.speaks OR ${waits} THEN 'resolved' ELSE 'delivered' END,
        ended_at = CASE WHEN e.status <> 'buried' AND (g.status = 'buried' OR g.status = 'done' AND NOT g.speaks AND NOT ${waits}) THEN now.at ELSE e.ended_at END,
        failures = e.failures + g.counts, streak = CASE g.kind WHEN 'told' THEN 0 ELSE e.streak + 1 END,
        asks = e.asks + CASE g.kind WHEN 'told' THEN 1 ELSE 0 END, reason = coalesce(g.reason, e.reason)
      FROM now, unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $18::boolean[]) AS g (entry, kind, status, counts, reason, speaks) WHERE e.id = g.entry),
  watched AS (
    UPDATE entries e SET status = CASE WHEN ${waits} THEN 'resolved' ELSE 'delivered' END, ended_at = CASE WHEN NOT ${waits} THEN now.at END FROM now WHERE e.id = ANY($7::text[]) AND CASE e.status WHEN 'watching' THEN true END),
  tried AS (
    INSERT INTO attempts (entry_id, at, code, reason) SELECT g.entry, now.at, g.code, g.reason FROM now, unnest($8::text[], $9::text[], $10::text[]) AS g (entry, code, reason))
  INSERT INTO events (id, entry_id, provider, key, type, topic, payload, recorded_at, due_at)
    SELECT g.id, g.entry, g.provider, g.key, g.type, g.topic, g.payload, now.at, greatest(now.at,
        (SELECT max(o.due_at) FROM events o WHERE o.provider = g.provider AND o.key = g.key AND o.due_at IS NOT NULL AND NOT o.held))
      FROM now, unnest($11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::bytea[]) WITH ORDINALITY
        AS g (id, entry, provider, key, type, topic, payload, n) ORDER BY g.n` }
// its own statement: it sees what the one before it changed
const free = { name: 'end_free', text: `
  WITH ${now}
  UPDATE watches w SET held = false, news = false, final = w.final OR g.final, gist = CASE WHEN g.tells THEN g.gist ELSE w.gist END,
      watching = CASE g.watch WHEN 'own' THEN g.entry WHEN 'none' THEN NULL ELSE w.watching END,
      watch_at = CASE g.watch WHEN 'own' THEN now.at + g.delay WHEN 'none' THEN NULL ELSE w.watch_at END,
      ready_at = CASE WHEN g.kind = 'released' THEN now.at
        WHEN EXISTS (SELECT 1 FROM entries e WHERE e.provider = g.provider AND e.key = g.key AND e.status = 'waiting' AND e.status IN ('waiting', 'watching'))
          THEN CASE WHEN g.kind = 'put-off' AND g.watch <> 'own' AND NOT w.news THEN now.at + g.delay ELSE now.at END
        ELSE CASE g.watch WHEN 'own' THEN now.at + g.delay WHEN 'none' THEN NULL ELSE w.watch_at END END
    FROM now, unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::boolean[], $8::boolean[], $9::bytea[], $10::text[])
      AS g (provider, key, entry, kind, delay, final, tells, gist, watch)
    WHERE w.provider = g.provider AND w.key = g.key` }

/** All ways in which a claim ends. Those that come while a commit is under way share the next one. */
export function createEnds ({ database: { transact, seal }, clock, wakeRecorded }: EndsParts): Pick<Journal, 'recordEvents' | 'reschedule' | 'bury' | 'release'> & { close (): Promise<void> } {
  const group = createGroup<End, boolean>(async ends => {
    const { answers, woke } = await transact(transaction => endAll(transaction, ends), ends.length)
    if (woke) queueMicrotask(wakeRecorded)
    return answers
  })

  async function endAll ({ run, last }: OpenTransaction, ends: readonly End[]): Promise<{ answers: boolean[], woke: boolean }> {
    const claims = ends.map(({ claim }) => ({ ...claim.entry.callback, attempt: claim.attempt, entry: claim.entry.id }))
    const held = new Map((await run<Held>(hold, columns(claims, 'provider', 'key', 'attempt', 'entry'))).map(row => [nameOf(row, row.attempt), row]))
    const rows: ReturnType<typeof rowOf>[] = []
    const answers = ends.map(end => {
      const name = nameOf(end.claim.entry.callback, end.claim.attempt)
      const row = held.get(name)
      if (row === undefined) return false
      held.delete(name) // the same claim may end twice in one group
      rows.push(rowOf(end, row))
      return true
    })
    if (rows.length === 0) return { answers, woke: false }
    const changed = rows.filter(({ kind }) => kind !== 'released')
    const tried = changed.filter(({ code }) => code !== null)
    const events = rows.flatMap(({ events }) => events)
    const silent = changed.flatMap(({ entry, status, speaks, watched }) => [...status === 'done' && !speaks ? [entry] : [], ...watched === undefined ? [] : [watched]])
    const holding = silent.length === 0 ? undefined : run(holdEvents, [arrayOf(silent)])
    const writing = changed.length === 0 ? undefined : run(write, [clock.given(), ...columns(changed, 'entry', 'kind', 'status', 'counts', 'reason'),
      arrayOf(rows.flatMap(({ watched }) => watched ?? [])), ...columns(tried, 'entry', 'code', 'why'), ...columns(events, 'id', 'entry', 'provider', 'key', 'type', 'topic', 'payload'), ...columns(changed, 'speaks')])
    await Promise.all([holding, writing, last(free, [clock.given(), ...columns(rows, 'provider', 'key', 'entry', 'kind', 'delay', 'final', 'tells', 'gist', 'watch')])])
    return { answers, woke: events.length > 0 }
  }

  return {
    recordEvents: async (claim, { events, gist, final, askAgainAt }) => {
      const { provider, key } = claim.entry.callback
      return group.add({
        claim, kind: 'told', final,
        events: events.map(event => ({ ...event, payload: seal.close(event.payload, eventName(event)) })),
        gist: gist === undefined ? null : seal.close(gist, gistName(provider, key)),
        ...askAgainAt === undefined ? {} : { delay: clock.until(askAgainAt) },
      })
    },
    reschedule: (claim, due, failure) => group.add({ claim, kind: 'put-off', delay: clock.until(due), failure }),
    bury: (claim, failure) => group.add({ claim, kind: 'buried', failure }),
    async release (claim) { await group.add({ claim, kind: 'released' }) },
    close: group.close,
  }
}

/** What an end writes, now that the key's row is held. */
function rowOf ({ claim: { entry: { id: entry, callback: { provider, key } } }, kind, events = [], gist = null, final = false, failure, delay }: End, held: Held) {
  const isFinal = final || held.final
  const asksAgain = kind === 'told' && delay !== undefined && !isFinal
  const isWatch = held.watching === entry
  const endsOther = kind === 'told' && (asksAgain || isFinal) && !isWatch && held.watching !== null // one watch for each key
  const status = { told: asksAgain ? 'watching' : 'done', 'put-off': null, buried: 'buried', released: null }[kind]
  const watch = asksAgain || (kind === 'put-off' && isWatch) ? 'own' : endsOther || (isWatch && kind !== 'released') ? 'none' : 'kept'
  return {
    entry, provider, key, kind, status, watch, gist, final, delay: delay ?? null, tells: kind === 'told', speaks: events.length > 0,
    watched: endsOther ? held.watching ?? undefined : undefined, counts: failure?.counts === true ? 1 : 0,
    reason: kind === 'buried' && failure !== undefined ? wordOf(failure) : null, code: failure?.code ?? null, why: failure?.reason ?? null,
    events: events.map(event => ({ ...event, entry, provider, key })),
  }
}

function nameOf ({ provider, key }: { readonly provider: string, readonly key: string }, attempt: number): string {
  return `${provider} ${key} ${attempt}`
}
