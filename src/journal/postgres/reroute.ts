import { now } from '../../database/postgres/clock.ts'
import { eventName } from '../event-name.ts'
import type { Journal } from '../journal.ts'
import type { PostgresParts } from './parts.ts'

type RerouteParts = Pick<PostgresParts, 'database' | 'clock' | 'wakeRecorded'>
interface LastRow { readonly seq: number, readonly id: string, readonly type: string, readonly topic: string, readonly payload: Uint8Array }
interface TopicRow { readonly seq: number, readonly due_at: number | null }

const last = { name: 'event_last', text: 'SELECT seq, id, type, topic, payload FROM events WHERE provider = $1 AND key = $2 AND payload IS NOT NULL ORDER BY seq DESC LIMIT 1' }
const hold = { name: 'reroute_hold', text: 'SELECT 1 FROM watches WHERE provider = $1 AND key = $2 FOR UPDATE' }
const onTopic = { name: 'reroute_on_topic', text: 'SELECT seq, due_at FROM events WHERE provider = $1 AND key = $2 AND id = $3 AND topic = $4 FOR UPDATE' }
const dueAt = 'greatest(now.at, (SELECT max(o.due_at) FROM events o WHERE o.provider = e.provider AND o.key = e.key AND o.due_at IS NOT NULL AND NOT o.held))'
const copy = { name: 'reroute_copy', text: `
  WITH ${now}
  INSERT INTO events (id, entry_id, provider, key, type, topic, payload, recorded_at, due_at)
    SELECT e.id, e.entry_id, e.provider, e.key, e.type, $3, $4, e.recorded_at, ${dueAt} FROM events e, now WHERE e.seq = $2` }
// what follows it goes out after it
const withdraw = { name: 'reroute_withdraw', text: `
  WITH ${now}
  UPDATE events e SET held = false, due_at = now.at FROM now WHERE e.provider = $2 AND e.key = $3 AND e.seq >= $4 AND e.held AND e.due_at IS NOT NULL` }
const again = { name: 'reroute_again', text: `WITH ${now} UPDATE events e SET due_at = ${dueAt}, published_at = NULL FROM now WHERE e.seq = $2` }

/** The key's last word, for one who comes late. */
export function createReroute ({ database: { run, transact, seal }, clock, wakeRecorded }: RerouteParts): Pick<Journal, 'lastEvent' | 'reroute'> {
  return {
    async lastEvent (provider, key) {
      const [row] = await run<LastRow>(last, [provider, key])
      return row && { id: row.id, type: row.type, topic: row.topic, payload: seal.open(row.payload, eventName(row)) }
    },
    async reroute (provider, key, topic) {
      const at = clock.given()
      const found = await transact(async ({ run }) => {
        const [, [row]] = await Promise.all([run(hold, [provider, key]), run<LastRow>(last, [provider, key])]) // an event that is recorded meanwhile waits
        if (row === undefined) return 'none'
        const [there] = await run<TopicRow>(onTopic, [provider, key, row.id, topic])
        if (there === undefined) await run(copy, [at, row.seq, topic, seal.close(seal.open(row.payload, eventName(row)), eventName({ id: row.id, topic }))])
        else if (there.due_at !== null) return 'on its way'
        else await Promise.all([run(withdraw, [at, provider, key, there.seq]), run(again, [at, there.seq])])
        return 'made due'
      })
      if (found === 'made due') wakeRecorded()
      return found !== 'none'
    },
  }
}
