import { Client } from 'pg'
import t from 'tap'
import { migrate } from '../../../src/database/postgres/migrate.ts'
import { readMigrations } from '../../../src/database/migrations.ts'
import { createSeal } from '../../../src/database/seal.ts'
import { eventName } from '../../../src/journal/event-name.ts'
import { startPostgres, withoutPostgres } from '../../postgres.ts'
import { until } from '../../publisher/until.ts'
import { callback, told } from '../journal-contract.ts'
import { openPostgresJournal } from '../open-postgres-journal.ts'

const number = 40

void t.test('leases', { skip: withoutPostgres }, async t => {
  const postgres = await startPostgres()
  t.teardown(postgres.stop)

  void t.test('to claim and to renew writes no index', async t => {
    const url = await postgres.fresh()
    const journal = await openPostgresJournal({ url, keys: [] })
    await Promise.all(Array.from({ length: number }, (_, i) => journal.append(callback(`k${i}`))))
    const claims = await journal.claim('tokenio', number)
    await journal.renew(claims)
    await Promise.all(claims.map(claim => journal.recordEvents(claim, told(claim.entry.callback.key))))
    const events = await journal.claimEvents(number)
    await journal.renewEvents(events)
    t.same([claims.length, events.length], [number, number])
    await journal.close() // with its end a connection tells its figures
    const client = new Client(url)
    await client.connect()
    t.teardown(() => client.end())
    const look = async () => (await client.query<{ relname: string, hot: string }>(`SELECT relname, n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname IN ('watches', 'events') ORDER BY relname`)).rows
    const isEnough = ({ hot }: { readonly hot: string }) => Number(hot) > 1.8 * number // a page may be full
    await until(async () => (await look()).every(isEnough)).catch(() => {}) // its process may end after ours asks
    for (const row of await look()) t.ok(isEnough(row), `${row.relname}: ${row.hot} of ${2 * number}`)
  })

  void t.test('what a release before these leases held is held until its time, and then goes on', async t => {
    const url = await postgres.fresh()
    const client = new Client(url)
    await client.connect()
    t.teardown(() => client.end())
    await migrate(client, (await readMigrations('postgres')).slice(0, 2))
    const payload = createSeal([]).close(JSON.stringify(callback('asked')), 'asked')
    await client.query(`INSERT INTO entries (id, provider, key, fingerprint, status, received_at, payload) VALUES ('asked', 'tokenio', 'asked', 'a', 'waiting', 1, $1), ('told', 'tokenio', 'told', 'b', 'resolved', 1, $1)`, [payload])
    await client.query(`INSERT INTO watches (provider, key, ready_at, held, attempt) VALUES ('tokenio', 'asked', 5000, true, 3), ('tokenio', 'told', NULL, false, 1)`)
    await client.query(`INSERT INTO events (id, entry_id, provider, key, type, topic, recorded_at, due_at, held, attempt, payload) VALUES ('event', 'told', 'tokenio', 'told', 'x', 't/told', 1, 5000, true, 2, $1)`, [createSeal([]).close('{}', eventName({ id: 'event', topic: 't/told' }))])
    const clock = { now: 4999 }
    const journal = await openPostgresJournal({ url, keys: [], now: () => clock.now })
    t.teardown(journal.close)
    t.same([await journal.claim('tokenio', 9), await journal.claimEvents(9)], [[], []])
    clock.now = 5000
    const [[claim], [event]] = [await journal.claim('tokenio', 9), await journal.claimEvents(9)]
    t.match([claim, event], [{ entry: { id: 'asked' }, attempt: 4 }, { event: { id: 'event' }, attempt: 3 }])
    t.same([await journal.recordEvents(claim!, told('asked')), await journal.markPublished(event!)], [true, true])
  })

  void t.test('what a replica of that release claims meanwhile is held until its time', async t => {
    const url = await postgres.fresh()
    const clock = { now: 1000 }
    const journal = await openPostgresJournal({ url, keys: [], now: () => clock.now })
    t.teardown(journal.close)
    const client = new Client(url)
    await client.connect()
    t.teardown(() => client.end())
    await journal.append(callback('k'))
    await client.query('UPDATE watches SET held = true, attempt = 1, ready_at = 5000')
    clock.now = 4999
    t.same(await journal.claim('tokenio', 9), [])
    clock.now = 5000
    t.match(await journal.claim('tokenio', 9), [{ attempt: 2 }])
  })
})
