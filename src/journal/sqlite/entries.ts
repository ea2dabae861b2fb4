import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { asFailure } from '../../domain/failure.ts'
import type { JsonObject } from '../../domain/callback.ts'
import type { EntryDetail, EntryFilter, EntrySummary, EventDetail, Keeping } from '../keeping.ts'
import { cursorOf, pageSizeOf, seqOfCursor } from '../page.ts'
import { eventName, type SqliteParts } from './parts.ts'

type EntriesParts = Pick<SqliteParts, 'db' | 'transactions' | 'seal' | 'folding'>
interface Row {
  readonly seq: number, readonly id: string, readonly provider: string, readonly key: string, readonly status: string
  readonly received_at: number, readonly attempts: number, readonly reason: string | null
}
interface EventRow {
  readonly id: string, readonly type: string, readonly topic: string, readonly recorded_at: number, readonly published_at: number | null, readonly payload: Uint8Array | null
}

/** An id's time and a row's differ by the wait for a commit: milliseconds that are looked at beyond a range. */
const margin = 60_000
/** Rows that are looked at in one go: callbacks that arrive meanwhile must not wait for more. */
const look = 20_000
const columns = 'seq, id, provider, key, status, received_at, reason, (SELECT count(*) FROM attempts WHERE entry = entries.seq) AS attempts'

const statuses: { readonly [status in NonNullable<EntryFilter['status']>]: string } = {
  waiting: 'ended_at IS NULL', // letter for letter the condition of an index
  buried: `status = 'buried'`,
  delivered: `status = 'delivered'`,
}

/** What an operator reads. */
export function createEntries ({ db, transactions, seal, folding }: EntriesParts): Pick<Keeping, 'list' | 'show'> {
  const selectFrom = db.prepare('SELECT seq FROM entries WHERE id >= ? ORDER BY id LIMIT 1')
  const selectTo = db.prepare('SELECT seq FROM entries WHERE id < ? ORDER BY id DESC LIMIT 1')
  const selectMost = db.prepare('SELECT max(seq) AS seq FROM entries')
  const select = db.prepare(`SELECT ${columns} FROM entries WHERE id = ? AND status <> 'gone'`)
  const selectTries = db.prepare('SELECT at, code, reason FROM attempts WHERE entry = ? ORDER BY rowid')
  const selectEvents = db.prepare('SELECT id, type, topic, recorded_at, published_at, payload FROM events WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ? AND provider = ?) AND entry = ? ORDER BY seq')
  const pages = createPages(db)

  /** Times as places in the order of arrival: no index of times is needed. */
  function range ({ since, until, cursor }: EntryFilter): { from: number, to: number } {
    const first = since === undefined ? { seq: 1 } : selectFrom.get(idAt(since - margin))
    const last = until === undefined ? selectMost.get() : selectTo.get(idAt(until + margin + 1))
    return { from: Number(first?.seq ?? Number.MAX_SAFE_INTEGER), to: Math.min(Number(last?.seq ?? 0), cursor === undefined ? Number.MAX_SAFE_INTEGER : seqOfCursor(cursor) - 1) }
  }

  /** On a disk that takes nothing an operator sees what the tables have: all but the last minute's. */
  async function foldAll (): Promise<void> {
    try {
      await folding.all()
    } catch (thrown) {
      if (asFailure(thrown).code !== 'JOURNAL_UNAVAILABLE') throw thrown
    }
  }

  function eventOf ({ id, type, topic, recorded_at: recordedAt, published_at: publishedAt, payload }: EventRow): EventDetail {
    const said = payload === null ? undefined : dataOf(() => seal.open(payload, eventName({ id, topic })))
    return { id, type, topic, recordedAt, ...publishedAt === null ? {} : { publishedAt }, ...said === undefined ? {} : { data: said } }
  }

  return {
    async list (filter) {
      const size = pageSizeOf(filter)
      await foldAll()
      const { from, to } = transactions.read(() => range(filter))
      const { provider = null, key = null, since = 0, until = Number.MAX_SAFE_INTEGER } = filter
      const rows: Row[] = []
      const step = filter.status === undefined || filter.status === 'delivered' ? look : to // the others have an index of their own
      for (let upper = to; upper >= from && rows.length <= size; upper -= step) {
        const named = { provider, from: Math.max(from, upper - step + 1), to: upper, since, until, size: size + 1 - rows.length, ...key === null ? {} : { key } }
        rows.push(...transactions.read(() => pages(filter).all(named)) as unknown as Row[])
        await setImmediate()
      }
      const entries = rows.slice(0, size).map(summaryOf)
      const last = rows[size - 1]
      return { entries, ...rows.length > size && last !== undefined ? { cursor: cursorOf(last.seq) } : {} }
    },
    async show (id) {
      await foldAll()
      return transactions.read((): EntryDetail | undefined => {
        const row = select.get(id) as unknown as Row | undefined
        if (row === undefined) return undefined
        const tries = selectTries.all(row.seq) as unknown as EntryDetail['tries']
        const events = (selectEvents.all(row.key, row.provider, row.seq) as unknown as EventRow[]).map(eventOf)
        return { ...summaryOf(row), tries: tries.map(({ at, code, reason }) => ({ at, code, reason })), events }
      })
    },
  }
}

/** One statement for each kind of page, so that each walks the index that fits it. */
function createPages (db: DatabaseSync) {
  const pages = new Map<string, ReturnType<DatabaseSync['prepare']>>()

  return function pageOf ({ status, key }: EntryFilter) {
    const where = [
      key === undefined ? [] : ['seq IN (SELECT seq FROM entries_of_key WHERE key = :key)'],
      status === undefined ? [`status <> 'gone'`] : [statuses[status]],
      'seq BETWEEN :from AND :to AND (:provider IS NULL OR provider = :provider) AND received_at BETWEEN :since AND :until',
    ].flat().join(' AND ')
    const page = pages.get(where) ?? db.prepare(`SELECT ${columns} FROM entries WHERE ${where} ORDER BY seq DESC LIMIT :size`)
    pages.set(where, page)
    return page
  }
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

/** The first id that an entry of that time can have: UUIDv7 begins with it. */
function idAt (time: number): string {
  const hex = Math.max(0, Math.floor(time)).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}
