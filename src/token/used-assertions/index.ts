import type { Database } from '../../database/index.ts'
import { Failure } from '../../domain/failure.ts'
import type { UseOnce } from '../token.ts'

/** Ids used up, in the journal's database, so that they are for all replicas; only its engine is loaded. */
export async function openUseOnce (database: Database): Promise<UseOnce> {
  if (database.engine !== 'sqlite') throw new Failure('SETTINGS_INVALID', { reason: 'JOURNAL_URL: used assertions are kept in SQLite only' })
  const { createSqliteUseOnce } = await import('./sqlite.ts')
  return createSqliteUseOnce({ database: database.sqlite })
}
