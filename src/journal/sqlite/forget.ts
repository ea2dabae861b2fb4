import type { Keeping } from '../keeping.ts'
import type { SqliteParts } from './parts.ts'

type ForgetParts = Pick<SqliteParts, 'db' | 'transactions' | 'folding'>
interface Row { readonly seq: number, readonly provider: string, readonly key: string }

/** What is over its time. */
export function createForget ({ db, transactions, folding }: ForgetParts): Keeping['forget'] {
  const selectEnded = db.prepare(`
    SELECT seq, provider, key FROM entries WHERE status IN ('delivered', 'buried') AND ended_at < ?
      AND NOT EXISTS (SELECT 1 FROM events WHERE seq IN (SELECT seq FROM events_of_key k WHERE k.key = entries.key AND k.provider = entries.provider) AND entry = entries.seq AND due_at IS NOT NULL) ORDER BY ended_at LIMIT ?`)
  const toTombstone = db.prepare(`UPDATE entries SET status = 'gone', payload = NULL, reason = NULL, handed_to = NULL WHERE seq = ?`)
  const forgetAttempts = db.prepare('DELETE FROM attempts WHERE entry = ?')
  const forgetEvents = db.prepare('DELETE FROM events WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ? AND provider = ?) AND entry = ? AND clear_at IS NULL')
  const forgetPayloads = db.prepare('UPDATE events SET payload = NULL, published_at = NULL, follows = 1 WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ? AND provider = ?) AND entry = ?') // those that the service has yet to clear: they may outlive their watch
  const forgetGist = db.prepare(`
    UPDATE watches SET gist = NULL WHERE provider = ?1 AND key = ?2 AND due_at IS NULL
      AND (SELECT status FROM entries WHERE seq IN (SELECT seq FROM entries_of_key WHERE key = ?2 AND provider = ?1) ORDER BY seq DESC LIMIT 1) = 'gone'`)
  const selectGone = db.prepare(`SELECT seq, provider, key FROM entries WHERE status = 'gone' AND received_at < ? ORDER BY received_at LIMIT ?`)
  const forgetEntry = db.prepare('DELETE FROM entries WHERE seq = ?')
  const forgetWatch = db.prepare('DELETE FROM watches WHERE provider = ?1 AND key = ?2 AND due_at IS NULL AND NOT EXISTS (SELECT 1 FROM entries_of_key WHERE key = ?2 AND provider = ?1)')

  return async ({ payloads, tombstones, limit }) => {
    await folding.aged()
    return transactions.write(() => forget(payloads, tombstones, limit))
  }

  function forget (payloads: number, tombstones: number, limit: number): number {
    const ended = selectEnded.all(payloads, limit) as unknown as Row[]
    for (const { seq, provider, key } of ended) {
      toTombstone.run(seq)
      forgetAttempts.run(seq)
      forgetEvents.run(key, provider, seq)
      forgetPayloads.run(key, provider, seq)
      forgetGist.run(provider, key)
    }
    const gone = selectGone.all(tombstones, limit) as unknown as Row[]
    for (const { seq, provider, key } of gone) {
      forgetEntry.run(seq)
      forgetWatch.run(provider, key)
    }
    return ended.length + gone.length
  }
}
