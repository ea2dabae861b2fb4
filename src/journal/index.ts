import type { Database } from '../database/index.ts'
import type { Journal } from './journal.ts'

/** The journal of a database; only its engine is loaded. */
export async function openJournal (database: Database): Promise<Journal> {
  const { openSqliteJournal } = await import('./sqlite.ts')
  return openSqliteJournal({ database: database.sqlite })
}
