import type { ExpiredTopic, Journal } from '../journal.ts'
import type { HeldTopic, SqliteParts } from './parts.ts'
import { createWithdraw } from './withdraw.ts'

type ExpiredParts = Pick<SqliteParts, 'db' | 'transactions' | 'eventLeases' | 'clearLeases' | 'now' | 'folding' | 'wakeRecorded'>
type ExpiredRow = Omit<HeldTopic, 'eventId'> & { readonly id: string, readonly topic: string }

/** Retained events that a broker without message expiry keeps until the service clears them. */
export function createExpired ({ db, transactions, eventLeases, clearLeases, now, folding, wakeRecorded }: ExpiredParts): Pick<Journal, 'claimExpired' | 'markCleared'> {
  const select = db.prepare('SELECT seq, id, provider, key, topic, attempt FROM events WHERE clear_at <= ? ORDER BY clear_at, seq LIMIT ?')
  const clear = db.prepare('UPDATE events SET clear_at = NULL WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ?2 AND provider = ?1) AND topic = ?3 AND clear_at <= ?4')
  const forget = db.prepare('DELETE FROM events WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ?2 AND provider = ?1) AND payload IS NULL AND clear_at IS NULL')
  const selectLost = db.prepare(`
    SELECT seq FROM events WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ?2 AND provider = ?1) AND topic = ?3 AND published_at IS NOT NULL AND payload IS NOT NULL AND (clear_at IS NULL OR clear_at > ?6)
      AND (seq > ?4 OR (seq = ?4 AND attempt > ?5)) ORDER BY seq DESC LIMIT 1`)
  const publishAgain = db.prepare('UPDATE events SET due_at = ?, published_at = NULL WHERE seq = ?')
  const withdraw = createWithdraw({ db, eventLeases })

  function take (limit: number): ExpiredTopic[] {
    const taken: ExpiredTopic[] = []
    for (const row of select.all(now(), limit + clearLeases.size()) as unknown as ExpiredRow[]) {
      if (taken.length === limit) break
      const { id: eventId, topic, ...held } = row
      if (clearLeases.isHeld(topic)) continue
      clearLeases.take(topic, 0, { ...held, eventId })
      taken.push({ topic, eventId })
    }
    return taken
  }

  return {
    async claimExpired (limit) {
      await folding.done()
      return transactions.read(() => take(limit))
    },
    markCleared: ({ topic, eventId }) => transactions.write(transaction => {
      const held = clearLeases.held(topic)
      if (held?.eventId !== eventId) return
      const { seq, provider, key, attempt } = held
      const lost = selectLost.get(provider, key, topic, seq, attempt, now())
      clear.run(provider, key, topic, now())
      forget.run(provider, key)
      withdraw(provider, key, seq) // one that is on its way may arrive before the clear: it goes out once more
      if (lost !== undefined) {
        publishAgain.run(now(), Number(lost.seq))
        transaction.wake(wakeRecorded)
      }
      transaction.onCommit(() => { if (clearLeases.held(topic) === held) clearLeases.release(topic) })
    }),
  }
}
