import type { Journal } from '../journal.ts'
import type { SqliteParts } from './parts.ts'
import { createWithdraw } from './withdraw.ts'

type RepublishParts = Pick<SqliteParts, 'db' | 'transactions' | 'eventLeases' | 'now' | 'folding' | 'wakeRecorded'>
interface Row { readonly seq: number, readonly provider: string, readonly key: string, readonly published_at: number }

/** Rows of one transaction: callbacks that arrive meanwhile must not wait for all of them. */
const page = 500

/**
 * Takes events published from `since` to `until`, both included, and the key's later ones with them: the last event of a
 * topic must be the last to go out, since it stays retained.
 */
export function createRepublish ({ db, transactions, eventLeases, now, folding, wakeRecorded }: RepublishParts): Journal['republish'] {
  const select = db.prepare(`
    SELECT seq, provider, key, published_at FROM events WHERE (published_at, seq) > (?, ?) AND published_at <= ? AND payload IS NOT NULL
      ORDER BY published_at, seq LIMIT ${page}`)
  const publishAgain = db.prepare('UPDATE events SET due_at = ?1, published_at = NULL WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ?3 AND provider = ?2) AND seq >= ?4 AND published_at IS NOT NULL AND payload IS NOT NULL')
  const withdraw = createWithdraw({ db, eventLeases })

  return async function republish ({ since, until = Number.MAX_SAFE_INTEGER }) {
    await folding.all()
    const startedAt = now()
    const last = Math.min(until, startedAt) // not what goes out meanwhile
    let from: Pick<Row, 'seq' | 'published_at'> | undefined = { published_at: since, seq: -1 }
    let number = 0
    while (from !== undefined) {
      const { published_at: after, seq: afterSeq } = from
      const { rows, made } = await transactions.write(transaction => {
        const rows = select.all(after, afterSeq, last) as unknown as Row[]
        let made = 0
        for (const { seq, provider, key } of rows) {
          withdraw(provider, key, seq)
          made += Number(publishAgain.run(startedAt, provider, key, seq).changes)
        }
        if (made > 0) transaction.wake(wakeRecorded)
        return { rows, made }
      })
      number += made
      from = rows.length < page ? undefined : rows.at(-1)
    }
    return number
  }
}
