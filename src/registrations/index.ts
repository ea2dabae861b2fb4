import type { Database } from '../database/index.ts'
import { Failure } from '../domain/failure.ts'
import type { Registrations } from './registrations.ts'

/** The registrations of a database; only its engine is loaded. */
export async function openRegistrations (database: Database): Promise<Registrations> {
  if (database.engine !== 'sqlite') throw new Failure('SETTINGS_INVALID', { reason: 'JOURNAL_URL: registrations are kept in SQLite only' })
  const { openSqliteRegistrations } = await import('./sqlite.ts')
  return openSqliteRegistrations({ database: database.sqlite })
}
