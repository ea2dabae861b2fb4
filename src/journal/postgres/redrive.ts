import { now } from '../../database/postgres/clock.ts'
import type { OpenTransaction } from '../../database/postgres/statements.ts'
import type { Keeping } from '../keeping.ts'
import { columns, inOrder, type PostgresParts } from './parts.ts'

type RedriveParts = Pick<PostgresParts, 'database' | 'clock' | 'wakeAppended' | 'wakeRecorded'>
interface Key { readonly provider: string, readonly key: string }
interface Row extends Key { readonly seq: number, readonly id: string, readonly from: number | null, readonly is_idle: boolean }

/** Rows of one transaction: callbacks that arrive meanwhile must not wait for all of them. */
const page = 500

const selectOne = { name: 'redrive_one', text: `SELECT seq, id, provider, key FROM entries WHERE id = $1 AND status = 'buried'` }
const selectPage = { name: 'redrive_page', text: `
  SELECT seq, id, provider, key FROM entries WHERE status = 'buried' AND seq > $1 AND ($2::text IS NULL OR provider = $2) AND ($3::text IS NULL OR key = $3)
    AND received_at BETWEEN $4 AND $5 ORDER BY seq LIMIT ${page}` }
const hold = { name: 'redrive_hold', text: `
  INSERT INTO watches (provider, key) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT (provider, key) DO UPDATE SET key = excluded.key` }
// `from`: its first event that was given up; idle: nobody of its key waits, watches, or said the last word
const read = { name: 'redrive_read', text: `
  SELECT e.seq, e.id, e.provider, e.key,
      (SELECT min(v.seq) FROM events v WHERE v.entry_id = e.id AND v.due_at IS NULL AND v.published_at IS NULL AND v.payload IS NOT NULL) AS "from",
      NOT w.final AND NOT EXISTS (SELECT 1 FROM entries x WHERE x.provider = e.provider AND x.key = e.key AND x.status IN ('waiting', 'watching')) AS is_idle
    FROM entries e JOIN watches w ON w.provider = e.provider AND w.key = e.key WHERE e.id = ANY($1::text[]) AND e.status = 'buried' ORDER BY e.seq FOR UPDATE OF e` }
const open = { name: 'redrive_open', text: `
  UPDATE entries e SET status = g.status, ended_at = NULL, failures = 0, streak = 0, reason = NULL FROM unnest($1::text[], $2::text[]) AS g (id, status) WHERE e.id = g.id` }
// the key's later ones go out after them, as in `dueAgain`
const publish = { name: 'redrive_publish', text: `
  WITH ${now}
  UPDATE events v SET due_at = CASE WHEN v.due_at IS NOT NULL AND NOT v.held THEN v.due_at ELSE now.at END, published_at = NULL, held = false,
      failures = CASE WHEN v.due_at IS NULL THEN 0 ELSE v.failures END, streak = CASE WHEN v.due_at IS NULL THEN 0 ELSE v.streak END
    FROM unnest($2::text[], $3::text[], $4::bigint[]) AS g (provider, key, seq), now WHERE v.provider = g.provider AND v.key = g.key AND v.seq >= g.seq
      AND v.payload IS NOT NULL AND (v.published_at IS NOT NULL OR v.due_at IS NOT NULL OR v.entry_id = ANY($5::text[]))` }
const ask = { name: 'redrive_ask', text: `
  WITH ${now}
  UPDATE watches w SET news = w.news OR w.held, ready_at = CASE WHEN w.held THEN w.ready_at ELSE now.at END,
      watching = coalesce(g.watching, w.watching), watch_at = CASE WHEN g.watching IS NULL THEN w.watch_at ELSE now.at END
    FROM now, unnest($2::text[], $3::text[], $4::text[]) AS g (provider, key, watching) WHERE w.provider = g.provider AND w.key = g.key` }

/** Buried entries, tried again from where they stopped. */
export function createRedrive ({ database: { run, transact }, clock, wakeAppended, wakeRecorded }: RedriveParts): Keeping['redrive'] {
  async function redrive ({ run }: OpenTransaction, chosen: readonly (Key & { readonly id: string })[]): Promise<number> {
    const [, rows] = await Promise.all([run(hold, columns(inOrder(chosen), 'provider', 'key')), run<Row>(read, [chosen.map(({ id }) => id)])])
    const [keys, opened] = [new Map<string, Key & { from: number | null, asks: boolean, watching: string | null }>(), [] as { id: string, status: string }[]]
    for (const { id, provider, key, from, is_idle: isIdle } of rows) {
      const name = `${provider} ${key}`
      const state = keys.get(name) ?? { provider, key, from: null, asks: false, watching: null }
      keys.set(name, state)
      const isToWatch = from !== null && isIdle && !state.asks // its watch ended when it was buried
      opened.push({ id, status: from === null ? 'waiting' : isToWatch ? 'watching' : 'resolved' })
      if (from === null || isToWatch) state.asks = true
      if (isToWatch) state.watching = id
      if (from !== null) state.from = Math.min(from, state.from ?? from)
    }
    const at = clock.given()
    const told = [...keys.values()].filter(({ from }) => from !== null)
    const asked = [...keys.values()].filter(({ asks }) => asks)
    await Promise.all([
      run(open, columns(opened, 'id', 'status')),
      run(publish, [at, ...columns(told, 'provider', 'key', 'from'), rows.map(({ id }) => id)]),
      run(ask, [at, ...columns(asked, 'provider', 'key', 'watching')]),
    ])
    return rows.length
  }

  async function act (chosen: readonly (Key & { readonly id: string })[]): Promise<number> {
    if (chosen.length === 0) return 0
    const number = await transact(transaction => redrive(transaction, chosen))
    wakeAppended()
    wakeRecorded()
    return number
  }

  return async function redriveBuried (buried) {
    if ('id' in buried) return act(await run<Row>(selectOne, [buried.id]))
    const { provider = null, key = null, since = 0, until = Number.MAX_SAFE_INTEGER } = buried
    let number = 0
    let after: number | undefined = 0
    while (after !== undefined) {
      const chosen: Row[] = await run<Row>(selectPage, [after, provider, key, since, until])
      number += await act(chosen)
      after = chosen.length < page ? undefined : chosen.at(-1)?.seq
    }
    return number
  }
}
