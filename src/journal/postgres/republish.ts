import { now } from '../../database/postgres/clock.ts'
import type { Journal } from '../journal.ts'
import { dueAgain, holdKeys } from './due-again.ts'
import { columns, inOrder, type PostgresParts } from './parts.ts'

type RepublishParts = Pick<PostgresParts, 'database' | 'clock' | 'wakeRecorded'>
interface Row { readonly provider: string, readonly key: string, readonly seq: number, readonly published_at: number, readonly at: number }

/** Rows of one transaction: callbacks that arrive meanwhile must not wait for all of them. */
const page = 500

const look = { name: 'republish_look', text: `
  WITH ${now}
  SELECT e.provider, e.key, e.seq, e.published_at, now.at FROM events e, now
    WHERE (e.published_at, e.seq) > ($2::bigint, $3::bigint) AND e.published_at <= least($4::bigint, now.at) AND e.payload IS NOT NULL ORDER BY e.published_at, e.seq LIMIT ${page}` }

/**
 * Takes events published from `since` to `until`, both included, and the key's later ones with them: the last event of a
 * topic must be the last to go out, since it stays retained.
 */
export function createRepublish ({ database: { run, transact }, clock, wakeRecorded }: RepublishParts): Journal['republish'] {
  async function publishAgain (rows: readonly Row[]): Promise<number> {
    const firsts = new Map<string, Row>()
    for (const row of rows.toSorted((a, b) => b.seq - a.seq)) firsts.set(`${row.provider} ${row.key}`, row)
    const keys = inOrder([...firsts.values()])
    const made = await transact(async ({ run, last }) => {
      const [, made] = await Promise.all([run(holdKeys, columns(keys, 'provider', 'key')), last<{ was: number | null }>(dueAgain, [clock.given(), ...columns(keys, 'provider', 'key', 'seq')])])
      return made
    })
    return made.filter(({ was }) => was !== null).length
  }

  return async function republish ({ since, until = Number.MAX_SAFE_INTEGER }) {
    let [at, seq] = [Math.floor(since), -1]
    let last = Math.floor(until)
    let number = 0
    for (;;) {
      const rows: Row[] = await run<Row>(look, [clock.given(), at, seq, last])
      const end = rows.at(-1)
      if (end === undefined) break
      const made = await publishAgain(rows)
      if (made > 0) wakeRecorded()
      number += made
      last = Math.min(last, end.at) // not what goes out meanwhile
      if (rows.length < page) break
      ;[at, seq] = [end.published_at, end.seq]
    }
    return number
  }
}
