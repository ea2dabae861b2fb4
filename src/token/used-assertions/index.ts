import type { Database } from '../../database/index.ts'
import type { UseOnce } from '../token.ts'

/** Ids used up, in the journal's database, so that they are for all replicas; only its engine is loaded. */
export async function openUseOnce (database: Database): Promise<UseOnce> {
  if (database.engine === 'postgres') {
    const { createPostgresUseOnce } = await import('./postgres.ts')
    return createPostgresUseOnce({ database: database.postgres })
  }
  const { createSqliteUseOnce } = await import('./sqlite.ts')
  return createSqliteUseOnce({ database: database.sqlite })
}
