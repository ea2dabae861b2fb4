import t from 'tap'
import { openPostgresDatabase } from '../../src/database/postgres.ts'
import { openPostgresRegistrations } from '../../src/registrations/postgres.ts'
import { startPostgres, withoutPostgres } from '../postgres.ts'
import { registration, registrationsContract } from './registrations-contract.ts'

void t.test('on PostgreSQL', { skip: withoutPostgres }, async t => {
  const postgres = await startPostgres()
  t.teardown(postgres.stop)

  registrationsContract(t, async (t, { now }) => {
    const database = await openPostgresDatabase({ url: await postgres.fresh(), keys: [] })
    t.teardown(database.close)
    return openPostgresRegistrations({ database, now })
  })

  void t.test('of two replicas that register one key at once, one makes it, and both find it', async t => {
    const url = await postgres.fresh()
    const replicas = await Promise.all([1, 2].map(async () => {
      const database = await openPostgresDatabase({ url, keys: [Buffer.alloc(32, 7)] })
      t.teardown(database.close)
      return openPostgresRegistrations({ database })
    }))
    const given = registration({ expiresAt: Date.now() + 60_000 })
    const all = await Promise.all(Array.from({ length: 40 }, (_, i) => replicas[i % 2]!.register(given, `wish-${i % 2}`)))
    t.equal(all.filter(({ state }) => state === 'made').length, 1)
    t.equal(all.filter(({ state }) => state === 'unchanged').length, 19)
    for (const replica of replicas) t.strictSame(await replica.find('oid4vp', 's-1'), given)
  })

  void t.test('many that are looked for at once are one look, each with its own answer', async t => {
    const database = await openPostgresDatabase({ url: await postgres.fresh(), keys: [] })
    t.teardown(database.close)
    let statements = 0
    const registrations = openPostgresRegistrations({ database: { ...database, run: (...given) => { statements++; return database.run(...given) } } })
    const given = registration({ expiresAt: Date.now() + 60_000 })
    await registrations.register(given, 'wish')
    statements = 0
    const found = await Promise.all(Array.from({ length: 100 }, (_, i) => registrations.find('oid4vp', i % 2 === 0 ? given.key : `none-${i}`)))
    t.strictSame(found, found.map((_, i) => i % 2 === 0 ? given : undefined))
    t.ok(statements < 5, `${statements} statements`)
  })

  void t.test('a closed database is JOURNAL_UNAVAILABLE', async t => {
    const database = await openPostgresDatabase({ url: postgres.url, keys: [] })
    const registrations = openPostgresRegistrations({ database })
    await database.close()
    await t.rejects(registrations.find('oid4vp', 's-1'), { code: 'JOURNAL_UNAVAILABLE' })
  })
})
