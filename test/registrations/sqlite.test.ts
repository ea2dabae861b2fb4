import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openSqliteDatabase } from '../../src/database/sqlite.ts'
import { openSqliteRegistrations } from '../../src/registrations/sqlite.ts'
import { registration, registrationsContract } from './registrations-contract.ts'

registrationsContract(t, async (t, { now }) => {
  const database = await openSqliteDatabase({ file: ':memory:', keys: [] })
  t.teardown(database.close)
  return openSqliteRegistrations({ database, now })
})

void t.test('a registration outlives the process, and its details rest sealed', async t => {
  const file = join(t.testdir(), 'journal.db')
  const keys = [Buffer.alloc(32, 7)]
  const given = registration({ details: { nonce: 'a-nonce-nobody-reads' }, expiresAt: Date.now() + 60_000 })
  const first = await openSqliteDatabase({ file, keys })
  await openSqliteRegistrations({ database: first }).register(given, 'a-wish-nobody-reads')
  await first.close()
  t.notMatch(readFileSync(file).toString('latin1'), /nobody-reads|app\.example/)
  const second = await openSqliteDatabase({ file, keys })
  t.teardown(second.close)
  t.strictSame(await openSqliteRegistrations({ database: second }).find('oid4vp', 's-1'), given)
})

void t.test('a closed database is JOURNAL_UNAVAILABLE', async t => {
  const database = await openSqliteDatabase({ file: ':memory:', keys: [] })
  const registrations = openSqliteRegistrations({ database })
  await database.close()
  await t.rejects(registrations.find('oid4vp', 's-1'), { code: 'JOURNAL_UNAVAILABLE' })
  await t.rejects(registrations.register(registration(), 'wish'), { code: 'JOURNAL_UNAVAILABLE' })
})
