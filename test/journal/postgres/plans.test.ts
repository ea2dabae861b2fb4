import { Client } from 'pg'
import t from 'tap'
import { openPostgresDatabase, type PostgresDatabase } from '../../../src/database/postgres.ts'
import { planning } from '../../../src/database/postgres/pool.ts'
import type { Statement } from '../../../src/database/postgres/statements.ts'
import { openPostgresJournal } from '../../../src/journal/postgres.ts'
import { startPostgres, withoutPostgres } from '../../postgres.ts'
import { Failure } from '../../../src/domain/failure.ts'
import { callback, told } from '../journal-contract.ts'

void t.test('no statement reads a whole table, so that a callback costs the same however much is kept', { skip: withoutPostgres }, async t => {
  const postgres = await startPostgres()
  t.teardown(postgres.stop)
  const url = await postgres.fresh()
  const database = await openPostgresDatabase({ url, keys: [] })
  t.teardown(database.close)
  const ran = new Map<string, string>()
  const noting = ({ run, last = run }: { run: PostgresDatabase['run'], last?: PostgresDatabase['run'] }) => {
    const note = (act: PostgresDatabase['run']): PostgresDatabase['run'] => (statement: Statement, values) => { ran.set(statement.name, statement.text); return act(statement, values) }
    return { run: note(run), last: note(last) }
  }
  const journal = await openPostgresJournal({ database: { ...database, run: noting(database).run, commit: (statement, values, writes) => { ran.set(statement.name, statement.text); return database.commit(statement, values, writes) }, transact: act => database.transact(transaction => act(noting(transaction))) } })

  // every act once
  const refused = new Failure('RESULT_REFUSED')
  for (const key of ['a', 'b', 'c', 'd']) await journal.append(callback(key))
  const [a, b, c, d] = await journal.claim('tokenio', 4)
  await journal.recordEvents(a!, told('a', { askAgainAt: 0 }))
  await journal.reschedule(b!, 0, refused)
  await journal.bury(c!, refused)
  await journal.release(d!)
  const [event] = await journal.claimEvents(1)
  await journal.rescheduleEvent(event!, 0, refused)
  const [again] = await journal.claimEvents(1)
  await journal.markPublished(again!, 0)
  const [expired] = await journal.claimExpired(1)
  await journal.markCleared(expired!)
  await journal.reroute('tokenio', 'a', 'u/a')
  await journal.reroute('tokenio', 'a', 'u/a')
  await journal.republish({ since: 0 })
  await journal.lastEvent('tokenio', 'a')
  await journal.redrive({ id: c!.entry.id })
  await journal.redrive({})
  for (const status of ['waiting', 'delivered', 'buried', undefined] as const) for (const key of ['a', undefined]) await journal.list({ ...status && { status }, ...key && { key } })
  await journal.show(a!.entry.id)
  await journal.count()
  await journal.forget({ payloads: Date.now() + 1e6, tombstones: Date.now() + 1e6, limit: 10 })
  await journal.append(callback('e', { a: 1 }, { singleUse: true }))
  await journal.erase('b')
  t.ok(ran.size > 35, `${ran.size} statements`)

  const client = new Client(url)
  await client.connect()
  t.teardown(() => client.end())
  await client.query(`${planning}; SET plan_cache_mode = force_generic_plan`)
  async function planOf (name: string, text: string): Promise<string> {
    await client.query(`PREPARE ${name} AS ${text}`)
    const parameters = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, n]) => Number(n)))
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN EXECUTE ${name}${parameters === 0 ? '' : `(${Array.from({ length: parameters }, () => 'NULL').join(', ')})`}`)
    await client.query(`DEALLOCATE ${name}`)
    return rows.map(row => row['QUERY PLAN']).join('\n')
  }
  // as after an outage: much waits, and the planner knows
  await client.query(`
    INSERT INTO entries (id, provider, key, fingerprint, status, received_at) SELECT 'x' || n, 'tokenio', 'x' || n, int4send(n), CASE n % 2 WHEN 0 THEN 'waiting' ELSE 'watching' END, n FROM generate_series(1, 20000) AS n;
    INSERT INTO watches (provider, key, ready_at) SELECT 'tokenio', 'x' || n, n FROM generate_series(1, 20000) AS n;
    INSERT INTO events (id, entry_id, provider, key, type, topic, recorded_at, due_at) SELECT 'x' || n, 'x' || n, 'tokenio', 'x' || n, 'x', 'x', n, n FROM generate_series(1, 20000) AS n`)
  for (const table of ['entries', 'watches', 'events']) await client.query(`ANALYZE ${table}`)
  for (const [name, text] of ran) {
    const plan = await planOf(name, text)
    t.notMatch(plan, /Seq Scan on (entries|watches|events|attempts|registrations)|Bitmap/, `${name}\n${plan}`)
    if (/^(claim|event|expired)_take$/.test(name)) t.notMatch(plan, /Sort/, `${name} sorts all that is due\n${plan}`)
    if (name !== 'count') t.notMatch(plan, /Index Cond: \(due_at IS NOT NULL\)|entries_live[^\n]*\n\s+Index Cond: \(status/, `${name} looks through all that waits\n${plan}`)
    const conditions = [...plan.matchAll(/Index (?:Only )?Scan(?: Backward)? using (\w+)[^\n]*\n(?!\s+(?:Index|Recheck) Cond)/g)].map(([, index]) => index)
    // without a condition only an index is walked that holds just the rows in question, or one whose order is wanted
    t.same(conditions.filter(index => !/^(entries_(open|buried|gone|ended|pkey)|events_(due|clear|waiting|published)|watches_ready)$/.test(String(index))), [], `${name}\n${plan}`)
  }
})
