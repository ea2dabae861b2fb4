import type { JsonObject } from '../../domain/callback.ts'
import { idAt } from '../entry-id.ts'
import { eventName } from '../event-name.ts'
import type { EntryDetail, EntryFilter, EntrySummary, EventDetail, Keeping } from '../keeping.ts'
import { cursorOf, pageSizeOf, seqOfCursor } from '../page.ts'
import type { PostgresParts } from './parts.ts'

interface Row {
  readonly seq: number, readonly id: string, readonly provider: string, readonly key: string, readonly status: string
  readonly received_at: number, readonly attempts: number, readonly reason: string | null
}
interface EventRow {
  readonly id: string, readonly type: string, readonly topic: string, readonly recorded_at: number, readonly published_at: number | null, readonly payload: Uint8Array | null
}

/** An id's time and a row's differ by the wait for a commit, and by clocks of replicas: milliseconds that are looked at beyond a range. */
const margin = 60_000
/** Rows that one statement looks at, so that none takes long. */
const look = 20_000
const summary = 'e.seq, e.id, e.provider, e.key, e.status, e.received_at, e.reason, (SELECT count(*) FROM attempts a WHERE a.entry_id = e.id) AS attempts'
const statuses: { readonly [status in NonNullable<EntryFilter['status']>]: string } = {
  waiting: 'e.ended_at IS NULL', // letter for letter the condition of an index
  buried: `e.status = 'buried'`,
  delivered: `e.status = 'delivered'`,
}

const range = { name: 'list_range', text: `
  SELECT CASE WHEN $1::text IS NULL THEN 0 ELSE (SELECT seq FROM entries WHERE id >= $1 ORDER BY id LIMIT 1) END AS first,
    CASE WHEN $2::text IS NULL THEN (SELECT seq FROM entries ORDER BY seq DESC LIMIT 1) ELSE (SELECT seq FROM entries WHERE id < $2 ORDER BY id DESC LIMIT 1) END AS last` }
const one = { name: 'show', text: `SELECT ${summary} FROM entries e WHERE e.id = $1 AND e.status <> 'gone'` }
const triesOf = { name: 'show_tries', text: 'SELECT at, code, reason FROM attempts WHERE entry_id = $1 ORDER BY at, seq' }
const eventsOf = { name: 'show_events', text: 'SELECT id, type, topic, recorded_at, published_at, payload FROM events WHERE entry_id = $1 ORDER BY seq' }

/** What an operator reads. */
export function createEntries ({ database: { run, seal } }: Pick<PostgresParts, 'database'>): Pick<Keeping, 'list' | 'show'> {
  function eventOf ({ id, type, topic, recorded_at: recordedAt, published_at: publishedAt, payload }: EventRow): EventDetail {
    const said = payload === null ? undefined : dataOf(() => seal.open(payload, eventName({ id, topic })))
    return { id, type, topic, recordedAt, ...publishedAt === null ? {} : { publishedAt }, ...said === undefined ? {} : { data: said } }
  }

  return {
    async list (filter) {
      const size = pageSizeOf(filter)
      const { status, provider, key, since, until, cursor } = filter
      const below = cursor === undefined ? Number.MAX_SAFE_INTEGER : seqOfCursor(cursor)
      const ids = [since === undefined ? null : idAt(since - margin), until === undefined ? null : idAt(until + margin + 1)]
      const [ends] = await run<{ first: number | null, last: number | null }>(range, ids) // times as places in the order of arrival: no index of times is needed
      const from = ends?.first ?? Number.MAX_SAFE_INTEGER
      const to = Math.min(ends?.last ?? -1, below - 1)
      const step = status === 'waiting' || status === 'buried' ? Math.max(1, to) : look // those have an index of their own
      const rows: Row[] = []
      for (let upper = to; upper >= from && rows.length <= size; upper -= step) {
        const values = [Math.max(from, upper - step + 1), upper, since ?? 0, until ?? Number.MAX_SAFE_INTEGER, size + 1 - rows.length, provider ?? null]
        rows.push(...await run<Row>(page(filter), key === undefined ? values : [...values, key]))
      }
      const last = rows[size - 1]
      return { entries: rows.slice(0, size).map(summaryOf), ...rows.length > size && last !== undefined ? { cursor: cursorOf(last.seq) } : {} }
    },
    async show (id) {
      const [[row], tries, events] = await Promise.all([run<Row>(one, [id]), run<EntryDetail['tries'][number]>(triesOf, [id]), run<EventRow>(eventsOf, [id])])
      return row && { ...summaryOf(row), tries: tries.map(({ at, code, reason }) => ({ at, code, reason })), events: events.map(eventOf) }
    },
  }
}

/** One statement for each kind of page, so that each walks the index that fits it. */
function page ({ status, key }: EntryFilter) {
  const conditions = [
    status === undefined ? `e.status <> 'gone'` : statuses[status],
    'e.seq BETWEEN $1 AND $2 AND e.received_at BETWEEN $3 AND $4 AND ($6::text IS NULL OR e.provider = $6)',
    ...key === undefined ? [] : ['e.key = $7'],
  ]
  return { name: `list_${status ?? 'all'}_${key === undefined ? 'any' : 'key'}`, text: `SELECT ${summary} FROM entries e WHERE ${conditions.join(' AND ')} ORDER BY e.seq DESC LIMIT $5` }
}

function summaryOf ({ id, provider, key, status, received_at: receivedAt, attempts, reason }: Row): EntrySummary {
  const shown = status === 'delivered' || status === 'buried' ? status : 'waiting'
  return { id, provider, key, status: shown, receivedAt, attempts, ...reason === null ? {} : { reason } }
}

function dataOf (open: () => string): JsonObject | undefined {
  try {
    return (JSON.parse(open()) as { data?: JsonObject }).data
  } catch {
    return undefined // an operator may look at what no key opens
  }
}
