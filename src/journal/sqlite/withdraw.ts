import { eventName, type SqliteParts } from './parts.ts'

/** Takes back the claims of a key's events from `seq` on: an earlier one goes out again first, so these must follow it. */
export function createWithdraw ({ db, eventLeases }: Pick<SqliteParts, 'db' | 'eventLeases'>) {
  const select = db.prepare('SELECT id, topic FROM events WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ?1 AND provider = ?3) AND seq >= ?2 AND due_at IS NOT NULL')

  return function withdraw (provider: string, key: string, seq: number): void {
    for (const row of select.all(key, seq, provider)) eventLeases.release(eventName(row as { id: string, topic: string }))
  }
}
