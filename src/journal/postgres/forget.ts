import type { Keeping } from '../keeping.ts'
import { columns, inOrder, type PostgresParts } from './parts.ts'

interface Row { readonly id: string, readonly provider: string, readonly key: string }

const unpublished = 'EXISTS (SELECT 1 FROM events v WHERE v.entry_id = e.id AND v.due_at IS NOT NULL)'
// replicas do this at the same time: each takes what no other has. `missed`: its last event was marked while it was resolved
const ended = { name: 'forget_ended', text: `
  WITH done AS (
    SELECT e.id, e.provider, e.key FROM entries e WHERE e.status IN ('delivered', 'buried') AND e.ended_at < $1 AND NOT ${unpublished} ORDER BY e.ended_at LIMIT $2 FOR UPDATE SKIP LOCKED),
  missed AS (
    SELECT e.id, e.provider, e.key FROM entries e WHERE e.ended_at IS NULL AND e.status = 'resolved' AND e.received_at < $1 AND NOT ${unpublished} ORDER BY e.seq LIMIT $2 FOR UPDATE SKIP LOCKED)
  SELECT * FROM done UNION ALL SELECT * FROM missed` }
const payloads = { name: 'forget_payloads', text: `
  WITH forgotten AS (UPDATE entries e SET status = 'gone', payload = NULL, reason = NULL, ended_at = coalesce(e.ended_at, e.received_at) WHERE e.id = ANY($1::text[])),
  tries AS (DELETE FROM attempts a WHERE a.entry_id = ANY($1::text[])),
  kept AS (UPDATE events v SET payload = NULL, published_at = NULL WHERE v.entry_id = ANY($1::text[]) AND v.clear_at IS NOT NULL) -- those that the service has yet to clear
  DELETE FROM events v WHERE v.entry_id = ANY($1::text[]) AND v.clear_at IS NULL` }
const gists = { name: 'forget_gists', text: `
  UPDATE watches w SET gist = NULL FROM unnest($1::text[], $2::text[]) AS g (provider, key) WHERE w.provider = g.provider AND w.key = g.key AND w.ready_at IS NULL
    AND (SELECT e.status FROM entries e WHERE e.key = g.key AND e.provider = g.provider ORDER BY e.seq DESC LIMIT 1) = 'gone'` }
const tombstones = { name: 'forget_tombstones', text: `
  DELETE FROM entries e WHERE e.seq IN (SELECT seq FROM entries WHERE status = 'gone' AND received_at < $1 ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING e.id, e.provider, e.key` }
const watches = { name: 'forget_watches', text: `
  DELETE FROM watches w USING unnest($1::text[], $2::text[]) AS g (provider, key) WHERE w.provider = g.provider AND w.key = g.key AND w.ready_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.key = g.key AND e.provider = g.provider)` }

/** What is over its time. */
export function createForget ({ database: { transact } }: Pick<PostgresParts, 'database'>): Keeping['forget'] {
  return before => transact(async ({ run }) => {
    const old = await run<Row>(ended, [before.payloads, before.limit])
    if (old.length > 0) await Promise.all([run(payloads, [old.map(({ id }) => id)]), run(gists, columns(inOrder(old), 'provider', 'key'))])
    const gone = await run<Row>(tombstones, [before.tombstones, before.limit])
    if (gone.length > 0) await run(watches, columns(inOrder(gone), 'provider', 'key'))
    return old.length + gone.length
  })
}
