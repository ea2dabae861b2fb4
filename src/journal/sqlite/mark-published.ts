import type { EventClaim, Journal } from '../journal.ts'
import { eventName, type HeldEvent, type SqliteParts } from './parts.ts'
import type { Transaction } from '../../database/sqlite/transactions.ts'
import { createMarkFresh } from './fresh/mark-fresh.ts'
import { createTried } from './tried.ts'

type MarkParts = Pick<SqliteParts, 'db' | 'transactions' | 'watches' | 'eventLeases' | 'clearLeases' | 'now' | 'freshKeys' | 'sheets' | 'folding'>

/** What becomes of an event that was claimed. */
export function createMarkPublished ({ db, transactions, watches, eventLeases, clearLeases, now, freshKeys, sheets, folding }: MarkParts): Pick<Journal, 'markPublished' | 'rescheduleEvent' | 'buryEvent'> {
  // `attempt < ?`: the same claim may have ended in this very transaction
  const end = db.prepare('UPDATE events SET attempt = ?1, due_at = ?2, published_at = ?3, clear_at = ?4, streak = 0 WHERE seq = ?5 AND attempt < ?1 AND due_at IS NOT NULL')
  const putOff = db.prepare('UPDATE events SET attempt = ?1, due_at = ?2, failures = failures + ?3, streak = streak + 1 WHERE seq = ?4 AND attempt < ?1 AND due_at IS NOT NULL')
  const dropOlder = db.prepare('UPDATE events SET clear_at = NULL WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ?1 AND provider = ?3) AND seq < ?2 AND topic = ?4 AND clear_at IS NOT NULL')
  const followHead = db.prepare('UPDATE events SET due_at = ?1 WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ?3 AND provider = ?2) AND seq > ?4 AND due_at < ?1')
  const deliver = db.prepare(`
    UPDATE entries SET status = 'delivered', ended_at = ?1 WHERE seq = ?2 AND status = 'resolved'
      AND NOT EXISTS (SELECT 1 FROM events WHERE seq IN (SELECT seq FROM events_of_key k WHERE k.key = entries.key AND k.provider = entries.provider) AND entry = ?2 AND due_at IS NOT NULL)`)
  const buryEntry = db.prepare(`UPDATE entries SET status = 'buried', ended_at = ?, reason = ?, failures = failures + ? WHERE seq = ? AND status <> 'gone'`)
  const markFresh = createMarkFresh({ now, freshKeys, sheets })
  const { note, reasonOf } = createTried({ db, now })

  /** Runs the act while the claim holds; false when it was lost. */
  function fenced ({ event, attempt }: EventClaim, act: (held: HeldEvent, transaction: Transaction) => boolean): Promise<boolean> {
    const name = eventName(event)
    return transactions.write(transaction => {
      const held = eventLeases.of(name, attempt)
      if (held === undefined || !act(held, transaction)) return false
      transaction.onCommit(() => eventLeases.end(name, attempt))
      return true
    })
  }

  return {
    markPublished: (claim, clearAt) => fenced(claim, (held, transaction) => {
      if (markFresh(claim, held, clearAt, transaction)) return true
      const { seq, entry, provider, key } = held
      const { topic } = claim.event
      if (end.run(claim.attempt, null, now(), clearAt === undefined ? null : Math.ceil(clearAt), seq).changes === 0) return false
      // while a clear is under way it may take this event with it: its mark stays, also over a crash, until `markCleared`
      if (clearLeases.held(topic) === undefined) dropOlder.run(key, seq, provider, topic)
      deliver.run(now(), entry)
      return true
    }),
    rescheduleEvent: (claim, due, failure) => fenced(claim, ({ seq, entry, provider, key }, transaction) => {
      folding.key(provider, key, transaction)
      const at = Math.ceil(due)
      if (putOff.run(claim.attempt, at, failure.counts ? 1 : 0, seq).changes === 0) return false
      followHead.run(at, provider, key, seq) // so that claims do not meet them before it
      note(entry, failure)
      return true
    }),
    buryEvent: (claim, failure) => fenced(claim, ({ seq, entry, provider, key }, transaction) => {
      folding.key(provider, key, transaction)
      if (end.run(claim.attempt, null, null, null, seq).changes === 0) return false
      buryEntry.run(now(), reasonOf(failure), failure.counts ? 1 : 0, entry)
      note(entry, failure)
      watches.rest(provider, key, entry)
      return true
    }),
  }
}
