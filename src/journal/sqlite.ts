import type { Failure } from '../domain/failure.ts'
import { createFingerprint } from './fingerprint.ts'
import type { Journal } from './journal.ts'
import { readMigrations } from './migrations.ts'
import { createSeal } from './seal.ts'
import { createAppend } from './sqlite/append.ts'
import { createCheck } from './sqlite/check.ts'
import { createClaimEvents } from './sqlite/claim-events.ts'
import { createClaim } from './sqlite/claim.ts'
import { createExpired } from './sqlite/expired.ts'
import { createLeases } from './sqlite/leases.ts'
import { createMarkPublished } from './sqlite/mark-published.ts'
import { migrate } from './sqlite/migrate.ts'
import { openFile } from './sqlite/open-file.ts'
import type { HeldEvent, HeldTopic } from './sqlite/parts.ts'
import { createPutOff } from './sqlite/put-off.ts'
import { createRecord } from './sqlite/record.ts'
import { createRepublish } from './sqlite/republish.ts'
import { loadSecret } from './sqlite/secret.ts'
import { createTransactions } from './sqlite/transactions.ts'
import { unreadableOf } from './sqlite/trouble.ts'
import { createWatches } from './sqlite/watches.ts'

export interface SqliteJournalParts {
  /** A path, or `:memory:`. Its folder is made when missing. */
  readonly file: string
  /** Sealing keys of 32 bytes: the first seals, all open. With none, payloads rest as they are. */
  readonly keys: readonly Uint8Array[]
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Told of each commit that the disk refused. */
  readonly onTrouble?: (failure: Failure) => void
}

/** The journal of one process. Throws `JOURNAL_UNREADABLE` when the file is held by another, damaged, foreign or newer. */
export async function openSqliteJournal ({ file, keys, now = Date.now, onTrouble }: SqliteJournalParts): Promise<Journal> {
  const seal = createSeal(keys)
  const migrations = await readMigrations('sqlite')
  const db = openFile(file)
  try {
    migrate(db, migrations)
    const fingerprintOf = createFingerprint(loadSecret({ db, seal }))
    const wakes: { appended?: () => void, recorded?: () => void } = {}
    const transactions = createTransactions({ db, onTrouble })
    const parts = {
      db, transactions, seal, now, fingerprintOf, file,
      watches: createWatches({ db, now }),
      eventLeases: createLeases<HeldEvent>({ now }),
      clearLeases: createLeases<HeldTopic>({ now }),
      wakeAppended: () => wakes.appended?.(),
      wakeRecorded: () => wakes.recorded?.(),
    }
    const putOff = createPutOff(parts)
    const mark = createMarkPublished(parts)
    return {
      append: createAppend(parts),
      ...createClaim({ ...parts, ...putOff }),
      recordEvents: createRecord(parts),
      ...putOff,
      ...createClaimEvents({ ...parts, ...mark }),
      ...mark,
      ...createExpired(parts),
      republish: createRepublish(parts),
      onAppended (wake) { wakes.appended = wake },
      onRecorded (wake) { wakes.recorded = wake },
      check: createCheck(parts),
      async close () {
        await transactions.close()
        if (db.isOpen) db.close() // the last one out folds the WAL into the file
      },
    }
  } catch (thrown) {
    db.close()
    throw unreadableOf(thrown)
  }
}
