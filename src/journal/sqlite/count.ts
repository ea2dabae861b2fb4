import type { Keeping } from '../keeping.ts'
import type { SqliteParts } from './parts.ts'

/** Each figure is read from the index of just those rows. */
export function createCount ({ db, transactions, freshKeys }: Pick<SqliteParts, 'db' | 'transactions' | 'freshKeys'>): Keeping['count'] {
  const countWaiting = db.prepare('SELECT count(*) AS number FROM entries WHERE ended_at IS NULL')
  const countBuried = db.prepare(`SELECT count(*) AS number FROM entries WHERE status = 'buried'`)
  const countUnpublished = db.prepare('SELECT count(*) AS number FROM events WHERE due_at IS NOT NULL')
  const selectOldest = db.prepare('SELECT received_at FROM entries WHERE ended_at IS NULL AND seq > 0 ORDER BY seq LIMIT 1')

  return async function count () {
    return transactions.read(() => {
      const [waiting = 0, buried = 0, unpublished = 0] = [countWaiting, countBuried, countUnpublished].map(statement => Number(statement.get()?.number))
      const oldest = selectOldest.get()?.received_at
      const fresh = freshKeys.count()
      const oldestWaiting = Math.min(oldest === undefined ? Infinity : Number(oldest), fresh.oldestWaiting ?? Infinity)
      return { waiting: waiting + fresh.waiting, buried, unpublished: unpublished + fresh.unpublished, ...oldestWaiting === Infinity ? {} : { oldestWaiting } }
    })
  }
}
