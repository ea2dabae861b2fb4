import type { Journal } from '../journal.ts'
import type { SqliteParts } from './parts.ts'
import { createTried } from './tried.ts'

type PutOffParts = Pick<SqliteParts, 'db' | 'transactions' | 'watches' | 'now'>

/** What becomes of an entry whose ask failed. */
export function createPutOff ({ db, transactions, watches, now }: PutOffParts): Pick<Journal, 'reschedule' | 'bury'> {
  const count = db.prepare('UPDATE entries SET failures = failures + ?, streak = streak + 1 WHERE seq = ?')
  const bury = db.prepare(`UPDATE entries SET status = 'buried', reason = ? WHERE seq = ?`)
  const { note, reasonOf } = createTried({ db, now })

  return {
    reschedule: (claim, due, failure) => transactions.write(transaction => {
      const held = watches.heldBy(claim)
      if (held === undefined) return false
      count.run(failure.counts ? 1 : 0, held.seq)
      note(claim.entry.id, failure)
      const next = watches.next(held.provider, held.key)
      watches.end(claim, next && (held.news ? now() : due), transaction) // a callback that came meanwhile does not wait for this one's backoff
      return true
    }),
    bury: (claim, failure) => transactions.write(transaction => {
      const held = watches.heldBy(claim)
      if (held === undefined) return false
      count.run(failure.counts ? 1 : 0, held.seq)
      bury.run(reasonOf(failure), held.seq)
      note(claim.entry.id, failure)
      const next = watches.next(held.provider, held.key)
      watches.end(claim, next && now(), transaction)
      return true
    }),
  }
}
