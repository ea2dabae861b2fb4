import { now } from '../../database/postgres/clock.ts'

/** Held, a key gets no new event. Before `dueAgain`, which then sees all there are. */
export const holdKeys = { name: 'hold_keys', text: `
  SELECT 1 FROM watches w JOIN unnest($1::text[], $2::text[]) AS g (provider, key) ON w.provider = g.provider AND w.key = g.key ORDER BY w.provider, w.key FOR UPDATE OF w` }

/**
 * Published events go out again, each key's from one on: its last event must be the last to go out, since it stays retained. All of them are
 * written, also those that are due or on their way. So one that is acknowledged meanwhile goes out once more, one that is on its way has
 * no say any more, and a claim that began before sees that its row has changed, and leaves it.
 */
export const dueAgain = { name: 'due_again', text: `
  WITH ${now}
  UPDATE events e SET due_at = CASE WHEN e.published_at IS NULL AND NOT e.held THEN e.due_at ELSE now.at END, published_at = NULL, held = false
    FROM unnest($2::text[], $3::text[], $4::bigint[]) AS g (provider, key, seq), now, events was
    WHERE was.seq = e.seq AND e.provider = g.provider AND e.key = g.key AND e.seq >= g.seq AND e.payload IS NOT NULL AND (e.published_at IS NOT NULL OR e.due_at IS NOT NULL)
    RETURNING was.published_at AS was` }
