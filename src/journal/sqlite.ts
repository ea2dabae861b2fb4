import type { SqliteDatabase } from '../database/sqlite.ts'
import { createFingerprint } from './fingerprint.ts'
import type { Journal } from './journal.ts'
import type { Keeping } from './keeping.ts'
import { createSecretFor } from './secret-for.ts'
import { createAppend } from './sqlite/append.ts'
import { createCheck } from './sqlite/check.ts'
import { createCount } from './sqlite/count.ts'
import { createEntries } from './sqlite/entries.ts'
import { createErase } from './sqlite/erase.ts'
import { createForget } from './sqlite/forget.ts'
import { createHandOver } from './sqlite/hand-over.ts'
import { createRedrive } from './sqlite/redrive.ts'
import { createClaimEvents } from './sqlite/claim-events.ts'
import { createClaim } from './sqlite/claim.ts'
import { createExpired } from './sqlite/expired.ts'
import { createFolding, type FreshLimits } from './sqlite/fresh/folding.ts'
import { createFreshKeys } from './sqlite/fresh/fresh-keys.ts'
import { restoreFresh } from './sqlite/fresh/restore.ts'
import { createSheets } from './sqlite/fresh/sheets.ts'
import { createLeases } from './sqlite/leases.ts'
import { createMarkPublished } from './sqlite/mark-published.ts'
import { createNumbers } from './sqlite/numbers.ts'
import type { HeldEvent, HeldTopic } from './sqlite/parts.ts'
import { createPutOff } from './sqlite/put-off.ts'
import { createRecord } from './sqlite/record.ts'
import { createRepublish } from './sqlite/republish.ts'
import { createReroute } from './sqlite/reroute.ts'
import { loadSecret } from './sqlite/secret.ts'
import { createWatches } from './sqlite/watches.ts'

export interface SqliteJournalParts {
  readonly database: Pick<SqliteDatabase, 'db' | 'file' | 'seal' | 'transactions'>
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** What stays out of the tables, and how long. */
  readonly limits?: FreshLimits
}

/** The journal in a database of this process. Throws `JOURNAL_UNREADABLE` when none of the sealing keys fits it. */
export function openSqliteJournal ({ database: { db, file, seal, transactions }, now = Date.now, limits }: SqliteJournalParts): Journal & Keeping {
  const secret = loadSecret({ db, seal })
  const fingerprintOf = createFingerprint(secret)
  const numbers = createNumbers({ db })
  const sheets = createSheets({ db, seal })
  const freshKeys = createFreshKeys()
  const folding = createFolding({ db, seal, sheets, freshKeys, transactions, now, limits })
  restoreFresh({ db, sheets, freshKeys, numbers, fingerprintOf })
  transactions.onClose(folding.end)
  const wakes: { appended?: () => void, recorded?: () => void } = {}
  const parts = {
    db, transactions, seal, now, fingerprintOf, file, numbers, sheets, freshKeys, folding,
    watches: createWatches({ db, now }),
    eventLeases: createLeases<HeldEvent>({ now }),
    clearLeases: createLeases<HeldTopic>({ now }),
    wakeAppended: () => wakes.appended?.(),
    wakeRecorded: () => wakes.recorded?.(),
  }
  const putOff = createPutOff(parts)
  const mark = createMarkPublished(parts)
  return {
    ...createAppend(parts),
    ...createClaim({ ...parts, ...putOff }),
    recordEvents: createRecord(parts),
    ...putOff,
    ...createClaimEvents({ ...parts, ...mark }),
    ...mark,
    ...createExpired(parts),
    republish: createRepublish(parts),
    ...createReroute(parts),
    handOver: createHandOver(parts),
    ...createEntries(parts),
    redrive: createRedrive(parts),
    erase: createErase(parts),
    forget: createForget(parts),
    count: createCount(parts),
    onAppended (wake) { wakes.appended = wake },
    onRecorded (wake) { wakes.recorded = wake },
    secretFor: createSecretFor(secret),
    check: createCheck(parts),
  }
}
