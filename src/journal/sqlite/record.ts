import type { Journal } from '../journal.ts'
import { createRecordFresh } from './fresh/record-fresh.ts'
import { eventName, type SqliteParts } from './parts.ts'

type RecordParts = Pick<SqliteParts, 'db' | 'transactions' | 'watches' | 'seal' | 'now' | 'numbers' | 'freshKeys' | 'sheets' | 'folding' | 'wakeRecorded'>

export function createRecord (parts: RecordParts): Journal['recordEvents'] {
  const { db, transactions, watches, seal, now, numbers, freshKeys, folding, wakeRecorded } = parts
  const recordFresh = createRecordFresh(parts)
  // never due before an earlier one of its key: the head of each key is then met first
  const insert = db.prepare(`
    INSERT INTO events (seq, id, entry, provider, key, follows, type, topic, payload, recorded_at, due_at) VALUES (?9, ?1, ?2, ?3, ?4, ?10, ?5, ?6, ?7, ?8,
      max(?8, coalesce((SELECT max(due_at) FROM events WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ?4 AND provider = ?3) AND due_at IS NOT NULL), 0)))`)
  // done, and delivered unless one of its events still waits for the broker
  const done = `CASE WHEN EXISTS (SELECT 1 FROM events WHERE seq IN (SELECT seq FROM events_of_key k WHERE k.key = entries.key AND k.provider = entries.provider) AND entry = entries.seq AND due_at IS NOT NULL) THEN`
  const endAsk = db.prepare(`
    UPDATE entries SET asks = asks + 1, streak = 0, ended_at = CASE WHEN status = 'buried' THEN ended_at WHEN ?1 THEN NULL ELSE ${done} NULL ELSE ?2 END END,
      status = CASE WHEN status = 'buried' THEN status WHEN ?1 THEN 'watching' ELSE ${done} 'resolved' ELSE 'delivered' END END WHERE seq = ?3`)
  const endWatch = db.prepare(`UPDATE entries SET ended_at = ${done} NULL ELSE ?1 END, status = ${done} 'resolved' ELSE 'delivered' END WHERE seq = ?2 AND status = 'watching'`)
  const tell = db.prepare('UPDATE watches SET gist = ?, final = ?, event = coalesce(event, ?) WHERE provider = ? AND key = ?')

  return async function recordEvents (claim, told) {
    const { events, gist, final, askAgainAt } = told
    const { callback: { provider, key } } = claim.entry

    return transactions.write(transaction => {
      const fresh = freshKeys.of(provider, key)
      if (fresh !== undefined && watches.leases.of(watches.nameOf(provider, key), claim.attempt) === undefined) return false
      if (fresh?.stage === 'asked' && (askAgainAt === undefined || final)) {
        recordFresh(fresh, claim.attempt, told, transaction)
        return true
      }
      folding.key(provider, key, transaction)
      const held = watches.heldBy(claim)
      if (held === undefined) return false
      const { seq, watch } = held
      const at = now()
      const rows = events.map(event => ({ ...event, payload: seal.close(event.payload, eventName(event)), seq: numbers.event() }))
      const first = rows[0]?.seq ?? null
      for (const { seq: own, id, type, topic, payload } of rows) insert.run(id, seq, provider, key, type, topic, payload, at, own, watch.event === null && own === first ? 0 : 1)
      if (rows.length > 0) transaction.wake(wakeRecorded)

      const isFinal = final || watch.final === 1
      const asksAgain = askAgainAt !== undefined && !isFinal
      tell.run(gist === undefined ? null : seal.close(gist, watches.nameOf(provider, key)), isFinal ? 1 : 0, first, provider, key)
      endAsk.run(asksAgain ? 1 : 0, at, seq)

      const other = watch.watching === seq || watch.watch_at === null || watch.watching === null ? undefined : { seq: watch.watching, at: watch.watch_at }
      const endsOther = other !== undefined && (asksAgain || isFinal)
      if (endsOther) endWatch.run(at, other.seq) // one watch for each key
      watches.end(claim, held, { watch: asksAgain ? { seq, at: askAgainAt } : endsOther ? undefined : other }, transaction)
      return true
    })
  }
}
