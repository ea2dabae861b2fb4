import { DatabaseSync } from 'node:sqlite'
import type { Test } from 'tap'
import { readMigrations } from '../../../src/database/migrations.ts'
import { createSeal } from '../../../src/database/seal.ts'
import { migrate } from '../../../src/database/sqlite/migrate.ts'
import { createTransactions } from '../../../src/database/sqlite/transactions.ts'
import type { FreshLimits } from '../../../src/journal/sqlite/fresh/folding.ts'
import { openSqliteJournal } from '../../../src/journal/sqlite.ts'

/** Nothing is folded by itself. */
export const patient: FreshLimits = { keys: 1e6, told: 1e6, enough: 1e6, patience: 1e9, age: 1e9 }

/** A database in memory, and journals on it: a second one finds what a crash of the first one left. */
export async function openParts (t: Test, limits: FreshLimits = patient) {
  const db = new DatabaseSync(':memory:')
  t.teardown(() => { if (db.isOpen) db.close() })
  migrate(db, await readMigrations('sqlite'))
  const seal = createSeal([])
  const transactions = createTransactions({ db })
  const clock = { now: 1_800_000_000_000 }
  const open = () => openSqliteJournal({ database: { db, file: ':memory:', seal, transactions }, now: () => clock.now, limits })
  const number = (table: string): number => Number(db.prepare(`SELECT count(*) AS number FROM ${table}`).get()?.number)
  return { db, seal, transactions, clock, open, number }
}
