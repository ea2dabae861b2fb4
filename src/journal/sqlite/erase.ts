import type { Keeping } from '../keeping.ts'
import { eventName, type SqliteParts } from './parts.ts'

type EraseParts = Pick<SqliteParts, 'db' | 'transactions' | 'watches' | 'eventLeases' | 'now' | 'folding'>
interface EventRow { readonly seq: number, readonly id: string, readonly topic: string, readonly provider: string }

/** Milliseconds after which a publish that was under way has ended. */
const underWay = 10_000

/** One key, gone at once; only fingerprints stay, so that its callbacks are not taken for new ones. */
export function createErase ({ db, transactions, watches, eventLeases, now, folding }: EraseParts): Keeping['erase'] {
  const selectEntries = db.prepare('SELECT seq, provider FROM entries_of_key WHERE key = ?')
  const eraseEntry = db.prepare(`UPDATE entries SET status = 'gone', key = '', follows = 1, ended_at = coalesce(ended_at, ?1), payload = NULL, reply = NULL, reason = NULL, handed_to = NULL WHERE seq = ?2`)
  const eraseAttempts = db.prepare('DELETE FROM attempts WHERE entry = ?')
  const eraseWatch = db.prepare('DELETE FROM watches WHERE provider = ? AND key = ?')
  const selectEvents = db.prepare('SELECT seq, id, topic, provider FROM events WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ?) ORDER BY seq')
  const eraseEvent = db.prepare('DELETE FROM events WHERE seq = ?')
  const clearTopic = db.prepare('UPDATE events SET payload = NULL, due_at = NULL, published_at = NULL, clear_at = ?, follows = 1 WHERE seq = ?')

  function eraseEvents (key: string): void {
    const rows = selectEvents.all(key) as unknown as EventRow[]
    const isUnderWay = rows.some(row => eventLeases.isHeld(eventName(row)))
    const last = new Map(rows.map(({ topic, seq }) => [topic, seq]))
    for (const row of rows) {
      eventLeases.release(eventName(row))
      if (last.get(row.topic) === row.seq) clearTopic.run(now() + (isUnderWay ? underWay : 0), row.seq) // the row leaves with the retained event
      else eraseEvent.run(row.seq)
    }
  }

  return async function erase (key) {
    const number = await transactions.write(transaction => {
      folding.keyOfAll(key, transaction)
      const entries = selectEntries.all(key)
      eraseEvents(key)
      for (const { seq } of entries) {
        eraseAttempts.run(Number(seq))
        eraseEntry.run(now(), Number(seq))
      }
      for (const provider of new Set(entries.map(({ provider }) => String(provider)))) {
        watches.leases.release(watches.nameOf(provider, key)) // whoever asks for it now has no say any more
        eraseWatch.run(provider, key)
      }
      return entries.length
    })
    await folding.clear() // what its sheets say of it must go, too
    transactions.read(() => { db.exec('PRAGMA wal_checkpoint(TRUNCATE)') }) // nor may it rest in the WAL
    return number
  }
}
