import type { Database } from '../database/index.ts'
import type { Registrations } from './registrations.ts'

/** The registrations of a database; only its engine is loaded. */
export async function openRegistrations (database: Database): Promise<Registrations> {
  if (database.engine === 'postgres') {
    const { openPostgresRegistrations } = await import('./postgres.ts')
    return openPostgresRegistrations({ database: database.postgres })
  }
  const { openSqliteRegistrations } = await import('./sqlite.ts')
  return openSqliteRegistrations({ database: database.sqlite })
}
