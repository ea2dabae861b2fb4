import { now } from '../../database/postgres/clock.ts'
import type { Journal } from '../journal.ts'
import type { PostgresParts } from './parts.ts'

type RepublishParts = Pick<PostgresParts, 'database' | 'clock' | 'wakeRecorded'>
interface Page { readonly at: number, readonly made: number, readonly looked: number, readonly last_at: number | null, readonly last_seq: number | null }

/** Rows of one transaction: callbacks that arrive meanwhile must not wait for all of them. */
const page = 500

// One UPDATE for what is published and what is on its way: an event that is acknowledged while this waits for its row has changed from
// the one to the other, and must go out again all the same, or an earlier one would be the topic's last word
const again = { name: 'republish', text: `
  WITH ${now},
  page AS (
    SELECT seq, provider, key, published_at FROM events WHERE (published_at, seq) > ($2::bigint, $3::bigint) AND published_at <= (SELECT least($4::bigint, at) FROM now) AND payload IS NOT NULL
      ORDER BY published_at, seq LIMIT ${page}),
  firsts AS (SELECT provider, key, min(seq) AS seq FROM page GROUP BY provider, key),
  made AS (
    UPDATE events e SET due_at = CASE WHEN e.published_at IS NULL AND NOT e.held THEN e.due_at ELSE now.at END, published_at = NULL, held = false
      FROM firsts f, now, events was
      WHERE was.seq = e.seq AND e.provider = f.provider AND e.key = f.key AND e.seq >= f.seq AND e.payload IS NOT NULL AND (e.published_at IS NOT NULL OR e.due_at IS NOT NULL)
      RETURNING was.published_at)
  SELECT now.at, (SELECT count(published_at) FROM made) AS made, (SELECT count(*) FROM page) AS looked, l.published_at AS last_at, l.seq AS last_seq
    FROM now LEFT JOIN (SELECT published_at, seq FROM page ORDER BY published_at DESC, seq DESC LIMIT 1) l ON true` }

/**
 * Takes events published from `since` to `until`, both included, and the key's later ones with them: the last event of a
 * topic must be the last to go out, since it stays retained.
 */
export function createRepublish ({ database: { run }, clock, wakeRecorded }: RepublishParts): Journal['republish'] {
  return async function republish ({ since, until = Number.MAX_SAFE_INTEGER }) {
    let [at, seq] = [Math.floor(since), -1]
    let last = Math.floor(until)
    let number = 0
    for (;;) {
      const [done] = await run<Page>(again, [clock.given(), at, seq, last])
      if (done === undefined || done.last_at === null || done.last_seq === null) break
      if (done.made > 0) wakeRecorded()
      number += done.made
      last = Math.min(last, done.at) // not what goes out meanwhile
      if (done.looked < page) break
      ;[at, seq] = [done.last_at, done.last_seq]
    }
    return number
  }
}
