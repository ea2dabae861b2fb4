import type { SqliteParts } from './parts.ts'

/** Takes back the claims of a key's events from `seq` on: an earlier one goes out again first, so these must follow it. */
export function createWithdraw ({ db, eventLeases }: Pick<SqliteParts, 'db' | 'eventLeases'>) {
  const select = db.prepare('SELECT id FROM events WHERE provider = ? AND key = ? AND seq >= ? AND due_at IS NOT NULL')

  return function withdraw (provider: string, key: string, seq: number): void {
    for (const { id } of select.all(provider, key, seq)) eventLeases.release(String(id))
  }
}
