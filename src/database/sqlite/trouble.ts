import { Failure } from '../../domain/failure.ts'

// https://www.sqlite.org/rescode.html: what a correct statement can meet; all else (CONSTRAINT, MISUSE …) is a fault of ours
const troubles: { readonly [code: number]: string } = {
  3: 'may not be accessed', // PERM
  5: 'is held by another process', // BUSY
  6: 'is held by another connection', // LOCKED
  7: 'found no memory', // NOMEM
  8: 'cannot be written: it is read-only', // READONLY
  10: 'cannot be written or read: the disk reports an error', // IOERR
  11: 'is damaged', // CORRUPT
  13: 'cannot be written: the disk is full', // FULL
  14: 'cannot be opened', // CANTOPEN
  22: 'cannot be written: the file is too large for its disk', // NOLFS
  23: 'may not be accessed', // AUTH
  26: 'is not a SQLite database', // NOTADB
}

/** SQLite's primary result code, when SQLite threw it. */
export function resultCodeOf (thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown) || typeof thrown.errcode !== 'number') return undefined
  return thrown.errcode & 0xff
}

/** Trouble of disk, memory or file as `JOURNAL_UNAVAILABLE`; anything else as it is. */
export function troubleOf (thrown: unknown): unknown {
  const trouble = troubles[resultCodeOf(thrown) ?? -1]
  if (trouble !== undefined) return new Failure('JOURNAL_UNAVAILABLE', { reason: `The journal ${trouble}.`, cause: thrown })
  const isClosed = thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_INVALID_STATE'
  return isClosed ? new Failure('JOURNAL_UNAVAILABLE', { reason: 'The journal is closed.', cause: thrown }) : thrown
}

/** The same at the start, when nothing can be mended by waiting. */
export function unreadableOf (thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown
  const code = resultCodeOf(thrown) ?? -1
  const reason = code === 5 ? 'Another process holds this journal.' : `The journal ${troubles[code] ?? 'cannot be opened'}.`
  return new Failure('JOURNAL_UNREADABLE', { reason, cause: thrown })
}
