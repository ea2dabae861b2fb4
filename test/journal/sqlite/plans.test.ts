import { randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { createFingerprint } from '../../../src/journal/fingerprint.ts'
import { readMigrations } from '../../../src/database/migrations.ts'
import { createSeal } from '../../../src/database/seal.ts'
import { createAppend } from '../../../src/journal/sqlite/append.ts'
import { createClaimEvents } from '../../../src/journal/sqlite/claim-events.ts'
import { createCount } from '../../../src/journal/sqlite/count.ts'
import { createEntries } from '../../../src/journal/sqlite/entries.ts'
import { createErase } from '../../../src/journal/sqlite/erase.ts'
import { createForget } from '../../../src/journal/sqlite/forget.ts'
import { createRedrive } from '../../../src/journal/sqlite/redrive.ts'
import { createClaim } from '../../../src/journal/sqlite/claim.ts'
import { createExpired } from '../../../src/journal/sqlite/expired.ts'
import { createLeases } from '../../../src/journal/sqlite/leases.ts'
import { createMarkPublished } from '../../../src/journal/sqlite/mark-published.ts'
import { migrate } from '../../../src/database/sqlite/migrate.ts'
import type { HeldEvent, HeldTopic } from '../../../src/journal/sqlite/parts.ts'
import { createPutOff } from '../../../src/journal/sqlite/put-off.ts'
import { createRecord } from '../../../src/journal/sqlite/record.ts'
import { createRepublish } from '../../../src/journal/sqlite/republish.ts'
import { createReroute } from '../../../src/journal/sqlite/reroute.ts'
import { createTransactions } from '../../../src/database/sqlite/transactions.ts'
import { createWatches } from '../../../src/journal/sqlite/watches.ts'

void t.test('no statement reads a whole table or sorts, so that a callback costs the same however much is kept', async t => {
  const db = new DatabaseSync(':memory:')
  t.teardown(() => { db.close() })
  migrate(db, await readMigrations('sqlite'))
  const statements: string[] = []
  const prepare = db.prepare.bind(db)
  db.prepare = sql => { statements.push(sql); return prepare(sql) }

  const now = Date.now
  const wake = (): void => {}
  const parts = {
    db, now, seal: createSeal([]), fingerprintOf: createFingerprint(randomBytes(32)), watches: createWatches({ db, now }),
    transactions: createTransactions({ db }), eventLeases: createLeases<HeldEvent>({ now }), clearLeases: createLeases<HeldTopic>({ now }), wakeAppended: wake, wakeRecorded: wake,
  }
  const putOff = createPutOff(parts)
  const mark = createMarkPublished(parts)
  await createAppend(parts).append({ provider: 'p', channel: 'back', key: 'k', parameters: {}, traceparent: '' })
  for (const create of [createRecord, createExpired, createRepublish, createReroute, createCount, createErase, createForget, createRedrive]) create(parts)
  const { list } = createEntries(parts)
  for (const status of [undefined, 'waiting', 'delivered', 'buried'] as const) {
    for (const key of [undefined, 'k']) await list({ ...status && { status }, ...key && { key } })
  }
  createClaim({ ...parts, ...putOff })
  createClaimEvents({ ...parts, ...mark })

  const planned = statements.filter(sql => !/^(BEGIN|COMMIT)/.test(sql))
  t.ok(planned.length > 20)
  for (const sql of planned) {
    const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) => String(detail)).join('; ')
    const isCount = sql.startsWith('SELECT count(*)') // as many rows as there are of that kind, however many are kept
    t.notMatch(plan, isCount ? /SCAN (?!\w+ USING (COVERING )?INDEX (entries_open|entries_buried|events_due))/ : /SCAN|TEMP B-TREE/, `${sql.trim().slice(0, 60)} … ${plan}`)
  }
})
