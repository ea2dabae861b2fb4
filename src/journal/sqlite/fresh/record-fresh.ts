import type { Transaction } from '../../../database/sqlite/transactions.ts'
import type { Claim, Told } from '../../journal.ts'
import type { SqliteParts } from '../parts.ts'
import type { Fresh } from './fresh.ts'
import { toldLine } from './sheet-lines.ts'

type RecordFreshParts = Pick<SqliteParts, 'watches' | 'now' | 'numbers' | 'freshKeys' | 'sheets' | 'wakeRecorded'>

/** A fresh key that is done with its one ask stays fresh: its events are on the sheet. */
export function createRecordFresh ({ watches: { leases, nameOf }, now, numbers, freshKeys, sheets, wakeRecorded }: RecordFreshParts) {
  return function recordFresh (fresh: Fresh, attempt: Claim['attempt'], { events, gist, final }: Told, transaction: Transaction): void {
    const told = { at: now(), gist, final, events: events.map(event => ({ seq: numbers.event(), event, attempt: 0, publishedAt: undefined, clearAt: undefined })) }
    const { provider, key, attempt: before } = fresh
    sheets.write(toldLine(fresh, attempt, told), transaction)
    const moveBack = freshKeys.move(fresh, events.length === 0 ? 'done' : 'told', () => { Object.assign(fresh, { attempt, told }) })
    transaction.onRollback(() => { moveBack(() => { Object.assign(fresh, { attempt: before, told: undefined }) }) })
    transaction.onCommit(() => { leases.end(nameOf(provider, key), attempt) })
    if (events.length > 0) transaction.wake(wakeRecorded)
  }
}
