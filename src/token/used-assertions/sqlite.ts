import type { SqliteDatabase } from '../../database/sqlite.ts'
import type { UseOnce } from '../token.ts'

export interface SqliteUseOnceParts {
  readonly database: Pick<SqliteDatabase, 'db' | 'transactions'>
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** Ids used up, in the journal's own SQLite file. Each use takes a few of those along whose time is over. */
export function createSqliteUseOnce ({ database: { db, transactions }, now = Date.now }: SqliteUseOnceParts): UseOnce {
  const insert = db.prepare('INSERT INTO used_ids (id, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const forget = db.prepare('DELETE FROM used_ids WHERE id IN (SELECT id FROM used_ids WHERE expires_at < ? ORDER BY expires_at LIMIT 4)')
  return (id, expiresAt) => transactions.write(() => {
    forget.run(now())
    return insert.run(id, expiresAt).changes > 0
  })
}
