import type { Database } from '../database/index.ts'
import type { Registrations } from './registrations.ts'

/** The registrations of a database; only its engine is loaded. */
export async function openRegistrations (database: Database): Promise<Registrations> {
  const { openSqliteRegistrations } = await import('./sqlite.ts')
  return openSqliteRegistrations({ database: database.sqlite })
}
