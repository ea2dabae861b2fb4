import { now } from '../../database/postgres/clock.ts'
import type { Journal } from '../journal.ts'
import { columns, lease, type PostgresParts } from './parts.ts'

// Only the attempt that holds it may: who was frozen past its lease renews nothing over its successor. What somebody else has locked is ending.
const renewKeys = { name: 'renew_keys', text: `
  WITH ${now},
  mine AS (
    SELECT w.provider, w.key FROM watches w JOIN unnest($2::text[], $3::text[], $4::int[]) AS g (provider, key, attempt) ON w.provider = g.provider AND w.key = g.key AND w.attempt = g.attempt
      WHERE w.held FOR UPDATE OF w SKIP LOCKED)
  UPDATE watches w SET leased_until = now.at + ${lease} FROM mine, now WHERE w.provider = mine.provider AND w.key = mine.key` }
const renewEvents = { name: 'renew_events', text: `
  WITH ${now},
  mine AS (
    SELECT e.seq FROM events e JOIN unnest($2::text[], $3::text[], $4::text[], $5::int[]) AS g (entry, id, topic, attempt) ON e.entry_id = g.entry AND e.id = g.id AND e.topic = g.topic AND e.attempt = g.attempt
      WHERE e.held FOR UPDATE OF e SKIP LOCKED)
  UPDATE events e SET leased_until = now.at + ${lease} FROM mine, now WHERE e.seq = mine.seq` }

/** Leases of work that goes on. */
export function createRenew ({ database: { run }, clock }: Pick<PostgresParts, 'database' | 'clock'>): Pick<Journal, 'renew' | 'renewEvents'> {
  return {
    async renew (claims) {
      const rows = claims.map(({ entry: { callback: { provider, key } }, attempt }) => ({ provider, key, attempt }))
      await run(renewKeys, [clock.given(), ...columns(rows, 'provider', 'key', 'attempt')])
    },
    async renewEvents (claims) {
      const rows = claims.map(({ entryId: entry, event: { id, topic }, attempt }) => ({ entry, id, topic, attempt }))
      await run(renewEvents, [clock.given(), ...columns(rows, 'entry', 'id', 'topic', 'attempt')])
    },
  }
}
