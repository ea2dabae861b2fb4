import type { DatabaseSync } from 'node:sqlite'
import type { Failure } from '../../domain/failure.ts'

/** Failed tries, kept for the operator. */
export function createTried ({ db, now }: { readonly db: DatabaseSync, readonly now: () => number }) {
  const insert = db.prepare('INSERT INTO attempts (entry, at, code, reason) VALUES (?, ?, ?, ?)')

  return {
    note (entry: number, { code, reason }: Failure): void { insert.run(entry, now(), code, reason) },
    reasonOf: ({ code, reason }: Failure): string => `${code}: ${reason}`,
  }
}
