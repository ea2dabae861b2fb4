import type { PostgresDatabase } from '../../database/postgres.ts'
import { createClock, now as clockTable } from '../../database/postgres/clock.ts'
import type { UseOnce } from '../token.ts'

export interface PostgresUseOnceParts {
  readonly database: Pick<PostgresDatabase, 'run'>
  /** Milliseconds since 1970; for tests. Default: the database's clock. */
  readonly now?: () => number
}

const forget = { name: 'used_forget', text: `
  WITH ${clockTable} DELETE FROM used_ids WHERE id IN (
    SELECT id FROM used_ids WHERE expires_at < (SELECT at FROM now) ORDER BY expires_at LIMIT 4 FOR UPDATE SKIP LOCKED)` }
const use = { name: 'used_use', text: 'INSERT INTO used_ids (id, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1' }

/** Ids used up by any replica. Each use takes a few of those along whose time is over. */
export function createPostgresUseOnce ({ database: { run }, now }: PostgresUseOnceParts): UseOnce {
  const clock = createClock(now)
  return async (id, expiresAt) => {
    await run(forget, [clock.given()])
    return (await run(use, [id, Math.ceil(expiresAt)])).length > 0
  }
}
