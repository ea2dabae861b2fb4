import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { readMigrations } from '../../../src/database/migrations.ts'
import { createSeal } from '../../../src/database/seal.ts'
import { migrate } from '../../../src/database/sqlite/migrate.ts'
import { createTransactions } from '../../../src/database/sqlite/transactions.ts'
import { openSqliteJournal } from '../../../src/journal/sqlite.ts'

void t.test('no statement reads a whole table or sorts, so that a callback costs the same however much is kept', async t => {
  const db = new DatabaseSync(':memory:')
  t.teardown(() => { db.close() })
  migrate(db, await readMigrations('sqlite'))
  const statements: string[] = []
  const prepare = db.prepare.bind(db)
  db.prepare = sql => { statements.push(sql); return prepare(sql) }

  const journal = openSqliteJournal({ database: { db, file: ':memory:', seal: createSeal([]), transactions: createTransactions({ db }) } })
  for (const parameters of [{}, { other: 1 }]) await journal.append({ provider: 'p', channel: 'back', key: 'k', parameters, traceparent: '' })
  for (const status of [undefined, 'waiting', 'delivered', 'buried'] as const) {
    for (const key of [undefined, 'k']) await journal.list({ ...status && { status }, ...key && { key } })
  }

  const planned = statements.filter(sql => !/^(BEGIN|COMMIT)/.test(sql))
  t.ok(planned.length > 20)
  for (const sql of planned) {
    const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) => String(detail)).join('; ')
    const isCount = sql.startsWith('SELECT count(*)') // as many rows as there are of that kind, however many are kept
    t.notMatch(plan, isCount ? /SCAN (?!\w+ USING (COVERING )?INDEX (entries_open|entries_buried|events_due))/ : /SCAN (?!CONSTANT ROW)|TEMP B-TREE/, `${sql.trim().slice(0, 60)} … ${plan}`)
  }
})
