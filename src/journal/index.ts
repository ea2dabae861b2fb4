import type { Failure } from '../domain/failure.ts'
import type { Journal } from './journal.ts'

export interface JournalParts {
  /** `sqlite:FILE`. */
  readonly url: string
  /** Sealing keys of 32 bytes: the first seals, all open. */
  readonly keys: readonly Uint8Array[]
  readonly onTrouble?: (failure: Failure) => void
}

/** Opens the journal that the URL names; only its engine is loaded. */
export async function openJournal ({ url, ...parts }: JournalParts): Promise<Journal> {
  const { openSqliteJournal } = await import('./sqlite.ts')
  return openSqliteJournal({ file: url.slice('sqlite:'.length), ...parts })
}
