import { openSqliteDatabase, type SqliteDatabaseParts } from '../../src/database/sqlite.ts'
import type { Journal } from '../../src/journal/journal.ts'
import type { Keeping } from '../../src/journal/keeping.ts'
import { openSqliteJournal as openJournalOf } from '../../src/journal/sqlite.ts'

export type OwnJournal = Journal & Keeping & { close (): Promise<void> }

/** A journal with a SQLite database of its own. */
export async function openSqliteJournal ({ now, ...parts }: SqliteDatabaseParts & { readonly now?: () => number }): Promise<OwnJournal> {
  const database = await openSqliteDatabase(parts)
  try {
    return { ...openJournalOf({ database, ...now === undefined ? {} : { now } }), close: database.close }
  } catch (thrown) {
    await database.close()
    throw thrown
  }
}
