import { startPostgres, withoutPostgres } from '../../test/postgres.ts'
import type { Bench } from '../bench.ts'
import { durableAccepts, type Accepts } from './accepts.ts'

/** Durable accepts into a PostgreSQL that shares the second core with the load; undefined where there is none. */
export async function acceptsIntoPostgres (bench: Bench): Promise<Accepts | undefined> {
  if (withoutPostgres !== false) return undefined
  const postgres = await startPostgres()
  try {
    return await durableAccepts(bench, 'accepts into PostgreSQL', { journalUrl: await postgres.fresh() })
  } finally {
    await postgres.stop()
  }
}
