import type { Database } from '../database/index.ts'
import type { Journal } from './journal.ts'
import type { Keeping } from './keeping.ts'

/** The journal of a database; only its engine is loaded. */
export async function openJournal (database: Database): Promise<Journal & Keeping> {
  if (database.engine === 'postgres') {
    const { openPostgresJournal } = await import('./postgres.ts')
    return openPostgresJournal({ database: database.postgres })
  }
  const { openSqliteJournal } = await import('./sqlite.ts')
  return openSqliteJournal({ database: database.sqlite })
}
