import type { Transaction } from '../../../database/sqlite/transactions.ts'
import type { EventClaim } from '../../journal.ts'
import { eventName, type HeldEvent, type SqliteParts } from '../parts.ts'
import { nextEventOf, unpublishedOf } from './fresh.ts'
import { publishedLine } from './sheet-lines.ts'

/** A fresh key whose event was acknowledged stays fresh; false when it is none any more. Whoever calls it holds the event. */
export function createMarkFresh ({ now, freshKeys, sheets }: Pick<SqliteParts, 'now' | 'freshKeys' | 'sheets'>) {
  return function markFresh ({ event, attempt }: EventClaim, { provider, key }: HeldEvent, clearAt: number | undefined, transaction: Transaction): boolean {
    const fresh = freshKeys.of(provider, key)
    const sent = fresh && nextEventOf(fresh)
    // another one: the same claim has ended in this very transaction
    if (fresh === undefined || sent === undefined || eventName(sent.event) !== eventName(event)) return false
    const publishedAt = now()
    const { attempt: before } = sent
    sheets.write(publishedLine(fresh, sent, attempt, publishedAt, clearAt), transaction)
    const moveBack = freshKeys.move(fresh, unpublishedOf(fresh) === 1 ? 'done' : 'told', () => { Object.assign(sent, { attempt, publishedAt, clearAt }) })
    transaction.onRollback(() => { moveBack(() => { Object.assign(sent, { attempt: before, publishedAt: undefined, clearAt: undefined }) }) })
    return true
  }
}
