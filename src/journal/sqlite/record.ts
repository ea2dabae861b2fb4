import type { Journal } from '../journal.ts'
import { eventName, type SqliteParts } from './parts.ts'

type RecordParts = Pick<SqliteParts, 'db' | 'transactions' | 'watches' | 'seal' | 'now' | 'wakeRecorded'>

export function createRecord ({ db, transactions, watches, seal, now, wakeRecorded }: RecordParts): Journal['recordEvents'] {
  // never due before an earlier one of its key: the head of each key is then met first
  const insert = db.prepare(`
    INSERT INTO events (id, entry, provider, key, type, topic, payload, recorded_at, due_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
      max(?8, coalesce((SELECT max(due_at) FROM events WHERE key = ?4 AND provider = ?3 AND due_at IS NOT NULL), 0)))`)
  // done, and delivered unless one of its events still waits for the broker
  const done = `CASE WHEN EXISTS (SELECT 1 FROM events WHERE events.key = entries.key AND entry = entries.seq AND due_at IS NOT NULL) THEN`
  const endAsk = db.prepare(`
    UPDATE entries SET asks = asks + 1, streak = 0, ended_at = CASE WHEN status = 'buried' THEN ended_at WHEN ?1 THEN NULL ELSE ${done} NULL ELSE ?2 END END,
      status = CASE WHEN status = 'buried' THEN status WHEN ?1 THEN 'watching' ELSE ${done} 'resolved' ELSE 'delivered' END END WHERE seq = ?3`)
  const endWatch = db.prepare(`UPDATE entries SET ended_at = ${done} NULL ELSE ?1 END, status = ${done} 'resolved' ELSE 'delivered' END WHERE seq = ?2 AND status = 'watching'`)
  const tell = db.prepare('UPDATE watches SET gist = ?, final = ? WHERE provider = ? AND key = ?')

  return async function recordEvents (claim, { events, gist, final, askAgainAt }) {
    const { callback: { provider, key } } = claim.entry
    const kept = events.map(event => ({ ...event, payload: seal.close(event.payload, eventName(event)) }))
    const keptGist = gist === undefined ? null : seal.close(gist, watches.nameOf(provider, key))

    return transactions.write(transaction => {
      const held = watches.heldBy(claim)
      if (held === undefined) return false
      const { seq, watch } = held
      const at = now()
      for (const { id, type, topic, payload } of kept) insert.run(id, seq, provider, key, type, topic, payload, at)
      if (kept.length > 0) transaction.wake(wakeRecorded)

      const isFinal = final || watch.final === 1
      const asksAgain = askAgainAt !== undefined && !isFinal
      endAsk.run(asksAgain ? 1 : 0, at, seq)
      tell.run(keptGist, isFinal ? 1 : 0, provider, key)

      const other = watch.watching === seq || watch.watch_at === null || watch.watching === null ? undefined : { seq: watch.watching, at: watch.watch_at }
      const endsOther = other !== undefined && (asksAgain || isFinal)
      if (endsOther) endWatch.run(at, other.seq) // one watch for each key
      watches.end(claim, held, { watch: asksAgain ? { seq, at: askAgainAt } : endsOther ? undefined : other }, transaction)
      return true
    })
  }
}
