import type { Journal } from '../journal.ts'
import { eventName, type SqliteParts } from './parts.ts'
import { createWithdraw } from './withdraw.ts'

type RerouteParts = Pick<SqliteParts, 'db' | 'transactions' | 'eventLeases' | 'seal' | 'now' | 'numbers' | 'freshKeys' | 'folding' | 'wakeRecorded'>
interface LastRow { readonly seq: number, readonly id: string, readonly type: string, readonly topic: string, readonly payload: Uint8Array }

/** The key's last word, for one who comes late. */
export function createReroute ({ db, transactions, eventLeases, seal, now, numbers, freshKeys, folding, wakeRecorded }: RerouteParts): Pick<Journal, 'lastEvent' | 'reroute'> {
  const selectLast = db.prepare('SELECT seq, id, type, topic, payload FROM events WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ? AND provider = ?) AND payload IS NOT NULL ORDER BY seq DESC LIMIT 1')
  const selectOnTopic = db.prepare('SELECT seq, due_at, published_at FROM events WHERE seq IN (SELECT seq FROM events_of_key WHERE key = ? AND provider = ?) AND id = ? AND topic = ?')
  // never due before an earlier one of its key, as in every record
  const dueAt = 'max(?1, coalesce((SELECT max(due_at) FROM events o WHERE o.seq IN (SELECT seq FROM events_of_key k WHERE k.key = events.key AND k.provider = events.provider) AND o.due_at IS NOT NULL), 0))'
  const copy = db.prepare(`
    INSERT INTO events (seq, id, entry, provider, key, follows, type, topic, payload, recorded_at, due_at)
      SELECT ?5, id, entry, provider, key, 1, type, ?2, ?4, recorded_at, ${dueAt} FROM events WHERE seq = ?3`)
  const publishAgain = db.prepare(`UPDATE events SET due_at = ${dueAt}, published_at = NULL WHERE seq = ?2`)
  const withdraw = createWithdraw({ db, eventLeases })

  return {
    async lastEvent (provider, key) {
      const fresh = freshKeys.of(provider, key)
      if (fresh !== undefined) return fresh.told?.events.at(-1)?.event
      return transactions.read(() => {
        const last = selectLast.get(key, provider) as unknown as LastRow | undefined
        return last && { id: last.id, type: last.type, topic: last.topic, payload: seal.open(last.payload, eventName(last)) }
      })
    },
    reroute: (provider, key, topic) => transactions.write(transaction => {
      folding.key(provider, key, transaction)
      const last = selectLast.get(key, provider) as unknown as LastRow | undefined
      if (last === undefined) return false
      const onTopic = selectOnTopic.get(key, provider, last.id, topic)
      if (onTopic === undefined) copy.run(now(), topic, last.seq, seal.close(seal.open(last.payload, eventName(last)), eventName({ id: last.id, topic })), numbers.event())
      else if (onTopic.due_at === null) {
        withdraw(provider, key, Number(onTopic.seq)) // what follows it goes out after it
        publishAgain.run(now(), Number(onTopic.seq))
      } else return true // it is on its way there
      transaction.wake(wakeRecorded)
      return true
    }),
  }
}
