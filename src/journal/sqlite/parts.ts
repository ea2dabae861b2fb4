import type { DatabaseSync } from 'node:sqlite'
import type { Seal } from '../../database/seal.ts'
import type { Folding } from './fresh/folding.ts'
import type { FreshKeys } from './fresh/fresh-keys.ts'
import type { Sheets } from './fresh/sheets.ts'
import type { Leases } from './leases.ts'
import type { Numbers } from './numbers.ts'
import type { Transactions } from '../../database/sqlite/transactions.ts'
import type { Watches } from './watches.ts'

/** What the acts of the SQLite journal are given; each names what it uses. */
export interface SqliteParts {
  readonly db: DatabaseSync
  readonly transactions: Transactions
  readonly watches: Watches
  /** By `eventName`. */
  readonly eventLeases: Leases<HeldEvent>
  /** By topic. */
  readonly clearLeases: Leases<HeldTopic>
  readonly seal: Seal
  readonly numbers: Numbers
  readonly freshKeys: FreshKeys
  readonly sheets: Sheets
  readonly folding: Folding
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly wakeAppended: () => void
  readonly wakeRecorded: () => void
}

export interface HeldEvent { readonly seq: number, readonly entry: number, readonly provider: string, readonly key: string }
/** `attempt`: the event's last one when the clear began. */
export interface HeldTopic extends Omit<HeldEvent, 'entry'> { readonly eventId: string, readonly attempt: number }

export { eventName } from '../event-name.ts'
