import type { Claim, Journal } from '../journal.ts'
import type { SqliteParts } from './parts.ts'
import { createTried } from './tried.ts'
import type { HeldWatch } from './watches.ts'

type PutOffParts = Pick<SqliteParts, 'db' | 'transactions' | 'watches' | 'now' | 'folding'>

/** What becomes of an entry whose ask failed. */
export function createPutOff ({ db, transactions, watches, now, folding }: PutOffParts): Pick<Journal, 'reschedule' | 'bury'> {
  const count = db.prepare('UPDATE entries SET failures = failures + ?, streak = streak + 1 WHERE seq = ?')
  const bury = db.prepare(`UPDATE entries SET status = 'buried', reason = ?, ended_at = ? WHERE seq = ?`)
  const { note, reasonOf } = createTried({ db, now })

  /** The key's watch, unless the claim holds that very entry. */
  function otherWatch ({ seq, watch: { watching, watch_at: at } }: HeldWatch): { seq: number, at: number } | undefined {
    return watching === null || at === null || watching === seq ? undefined : { seq: watching, at }
  }

  return {
    reschedule: (claim: Claim, due, failure) => transactions.write(transaction => {
      folding.key(claim.entry.callback.provider, claim.entry.callback.key, transaction)
      const held = watches.heldBy(claim)
      if (held === undefined) return false
      count.run(failure.counts ? 1 : 0, held.seq)
      note(held.seq, failure)
      const isWatch = held.watch.watching === held.seq
      // a callback that came meanwhile does not wait for this one's backoff
      watches.end(claim, held, { waiting: isWatch || held.news ? now() : due, watch: isWatch ? { seq: held.seq, at: due } : otherWatch(held) }, transaction)
      return true
    }),
    bury: (claim, failure) => transactions.write(transaction => {
      folding.key(claim.entry.callback.provider, claim.entry.callback.key, transaction)
      const held = watches.heldBy(claim)
      if (held === undefined) return false
      count.run(failure.counts ? 1 : 0, held.seq)
      bury.run(reasonOf(failure), now(), held.seq)
      note(held.seq, failure)
      watches.end(claim, held, { watch: otherWatch(held) }, transaction)
      return true
    }),
  }
}
