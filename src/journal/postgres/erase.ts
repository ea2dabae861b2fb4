import { now } from '../../database/postgres/clock.ts'
import type { Keeping } from '../keeping.ts'
import { lease, type PostgresParts } from './parts.ts'

const hold = { name: 'erase_hold', text: `
  SELECT 1 FROM watches w WHERE (w.provider, w.key) IN (SELECT e.provider, e.key FROM entries e WHERE e.key = $1) ORDER BY w.provider, w.key FOR UPDATE` }
// before `events`, which then sees what is on its way
const holdEvents = { name: 'erase_hold_events', text: 'SELECT 1 FROM events v WHERE v.key = $1 AND v.provider IN (SELECT e.provider FROM entries e WHERE e.key = $1) FOR UPDATE' }
// the last row of each topic leaves with its retained event, and that not before a publish that is under way has ended
const events = { name: 'erase_events', text: `
  WITH ${now},
  all_of AS (SELECT v.seq, v.topic, v.held FROM events v WHERE v.key = $2 AND v.provider IN (SELECT DISTINCT e.provider FROM entries e WHERE e.key = $2)),
  last AS (SELECT max(seq) AS seq FROM all_of GROUP BY topic),
  erased AS (DELETE FROM events v WHERE v.seq IN (SELECT seq FROM all_of) AND v.seq NOT IN (SELECT seq FROM last))
  UPDATE events v SET payload = NULL, due_at = NULL, held = false, published_at = NULL, clear_at = now.at + CASE WHEN (SELECT bool_or(held) FROM all_of) THEN ${lease} ELSE 0 END
    FROM now WHERE v.seq IN (SELECT seq FROM last)` }
const watches = { name: 'erase_watches', text: 'DELETE FROM watches w WHERE (w.provider, w.key) IN (SELECT e.provider, e.key FROM entries e WHERE e.key = $1)' }
const attempts = { name: 'erase_attempts', text: 'DELETE FROM attempts a WHERE a.entry_id IN (SELECT e.id FROM entries e WHERE e.key = $1)' }
const entries = { name: 'erase_entries', text: `
  WITH ${now} UPDATE entries e SET status = 'gone', key = '', ended_at = coalesce(e.ended_at, now.at), payload = NULL, reply = NULL, reason = NULL FROM now WHERE e.key = $2 RETURNING 1` }

/** One key, gone at once; only fingerprints stay, so that its callbacks are not taken for new ones. */
export function createErase ({ database: { transact }, clock }: Pick<PostgresParts, 'database' | 'clock'>): Keeping['erase'] {
  return function erase (key) {
    if (key === '') return Promise.resolve(0) // what is gone already
    return transact(async ({ run, last }) => {
      const at = clock.given()
      const done = await Promise.all([run(hold, [key]), run(holdEvents, [key]), run(events, [at, key]), run(watches, [key]), run(attempts, [key]), last(entries, [at, key])])
      return done[5].length
    })
  }
}
