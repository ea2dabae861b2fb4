import type { Journal } from '../journal.ts'
import type { SqliteParts } from './parts.ts'
import { createWithdraw } from './withdraw.ts'

type RepublishParts = Pick<SqliteParts, 'db' | 'transactions' | 'eventLeases' | 'now' | 'wakeRecorded'>
interface Row { readonly seq: number, readonly provider: string, readonly key: string, readonly recorded_at: number }

/** Rows of one transaction: callbacks that arrive meanwhile must not wait for all of them. */
const page = 500

/**
 * Takes events recorded from `since` to `until`, both included, and the key's later ones with them: the last event of a
 * topic must be the last to go out, since it stays retained.
 */
export function createRepublish ({ db, transactions, eventLeases, now, wakeRecorded }: RepublishParts): Journal['republish'] {
  const select = db.prepare(`
    SELECT seq, provider, key, recorded_at FROM events WHERE (recorded_at, seq) > (?, ?) AND recorded_at <= ? AND published_at <= ?
      ORDER BY recorded_at, seq LIMIT ${page}`)
  const publishAgain = db.prepare('UPDATE events SET due_at = ?1, published_at = NULL WHERE provider = ?2 AND key = ?3 AND seq >= ?4 AND published_at <= ?1')
  const withdraw = createWithdraw({ db, eventLeases })

  return async function republish ({ since, until = Number.MAX_SAFE_INTEGER }) {
    const startedAt = now()
    let from: Pick<Row, 'seq' | 'recorded_at'> | undefined = { recorded_at: since, seq: -1 }
    let number = 0
    while (from !== undefined) {
      const { recorded_at: after, seq: afterSeq } = from
      const { rows, made } = await transactions.write(transaction => {
        const rows = select.all(after, afterSeq, until, startedAt) as unknown as Row[]
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
