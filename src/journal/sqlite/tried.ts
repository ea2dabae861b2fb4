import type { DatabaseSync } from 'node:sqlite'
import type { Failure } from '../../domain/failure.ts'

/** Failed tries, kept for the operator. */
export function createTried ({ db, now }: { readonly db: DatabaseSync, readonly now: () => number }) {
  const insert = db.prepare('INSERT INTO attempts (entry_id, at, code, reason) VALUES (?, ?, ?, ?)')

  return {
    note (entryId: string, { code, reason }: Failure): void { insert.run(entryId, now(), code, reason) },
    reasonOf: ({ code, reason }: Failure): string => `${code}: ${reason}`,
  }
}
