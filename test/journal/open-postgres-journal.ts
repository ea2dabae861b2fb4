import { openPostgresDatabase, type PostgresDatabaseParts } from '../../src/database/postgres.ts'
import { openPostgresJournal as openJournalOf } from '../../src/journal/postgres.ts'
import type { OwnJournal } from './open-journal.ts'

/** A journal with connections of its own: one replica. */
export async function openPostgresJournal ({ now, ...parts }: PostgresDatabaseParts & { readonly now?: () => number }): Promise<OwnJournal> {
  const database = await openPostgresDatabase(parts)
  try {
    return { ...await openJournalOf({ database, ...now === undefined ? {} : { now } }), close: database.close }
  } catch (thrown) {
    await database.close()
    throw thrown
  }
}
