import type { Journal } from '../journal.ts'
import type { SqliteParts } from './parts.ts'

type RecordParts = Pick<SqliteParts, 'db' | 'transactions' | 'watches' | 'seal' | 'now' | 'wakeRecorded'>

export function createRecord ({ db, transactions, watches, seal, now, wakeRecorded }: RecordParts): Journal['recordEvents'] {
  // never due before an earlier one of its key: the head of each key is then met first
  const insert = db.prepare(`
    INSERT INTO events (id, entry_id, provider, key, type, topic, payload, recorded_at, due_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,
      max(?8, coalesce((SELECT max(due_at) FROM events WHERE provider = ?3 AND key = ?4 AND due_at IS NOT NULL), 0)))`)
  const endAsk = db.prepare(`UPDATE entries SET status = CASE status WHEN 'buried' THEN status ELSE ? END, asks = asks + 1, streak = 0 WHERE seq = ?`)
  // the second look at `status` lets SQLite use the index of live entries
  const endOtherWatch = db.prepare(`UPDATE entries SET status = 'resolved' WHERE provider = ? AND key = ? AND status = 'watching' AND status IN ('waiting', 'watching') AND seq <> ?`)
  const tell = db.prepare('UPDATE watches SET gist = ?, final = ? WHERE provider = ? AND key = ?')

  return async function recordEvents (claim, { events, gist, final, askAgainAt }) {
    const { id: entryId, callback: { provider, key } } = claim.entry
    const kept = events.map(event => ({ ...event, payload: seal.close(event.payload, event.id) }))
    const keptGist = gist === undefined ? null : seal.close(gist, watches.nameOf(provider, key))

    return transactions.write(transaction => {
      const held = watches.heldBy(claim)
      if (held === undefined) return false
      const at = now()
      for (const { id, type, topic, payload } of kept) insert.run(id, entryId, provider, key, type, topic, payload, at)
      if (kept.length > 0) transaction.wake(wakeRecorded)

      const isFinal = final || held.final
      const asksAgain = askAgainAt !== undefined && !isFinal
      endAsk.run(asksAgain ? 'watching' : 'resolved', held.seq)
      if (asksAgain || isFinal) endOtherWatch.run(provider, key, held.seq) // one watch for each key
      tell.run(keptGist, isFinal ? 1 : 0, provider, key)

      const next = watches.next(provider, key)
      const due = next?.status === 'watching' && next.seq === held.seq ? askAgainAt : at
      watches.end(claim, next && due, transaction)
      return true
    })
  }
}
