import { now } from '../../database/postgres/clock.ts'
import { Failure } from '../../domain/failure.ts'
import type { Journal } from '../journal.ts'
import { callbackOf, replyName } from '../kept-callback.ts'
import type { PostgresParts } from './parts.ts'

type HandOverParts = Pick<PostgresParts, 'database' | 'clock'>
interface Row { readonly id: string, readonly payload: Uint8Array, readonly reply: Uint8Array | null }

const theirs = 'SELECT seq FROM entries WHERE provider = $2 AND key = $3 AND refusal = 0 AND payload IS NOT NULL ORDER BY seq LIMIT 1'
// of two that ask at once, the second sees what the first one wrote
const hand = { name: 'hand_over', text: `
  WITH ${now}
  UPDATE entries e SET handed_to = $4, handed_at = coalesce(e.handed_at, now.at) FROM now
    WHERE e.seq = (${theirs}) AND (e.handed_at IS NULL OR (e.handed_to = $4 AND now.at - e.handed_at <= $5::bigint))
    RETURNING e.id, e.payload, e.reply` }
const known = { name: 'hand_over_known', text: 'SELECT 1 FROM entries WHERE provider = $1 AND key = $2 AND refusal = 0 AND payload IS NOT NULL LIMIT 1' }

/** A callback that one client has, once. */
export function createHandOver ({ database: { run, seal }, clock }: HandOverParts): Journal['handOver'] {
  return async function handOver (provider, key, { client, again }) {
    const [row] = await run<Row>(hand, [clock.given(), provider, key, client, again])
    if (row !== undefined) return callbackOf({ provider, key, payload: seal.open(row.payload, row.id), reply: row.reply === null ? undefined : seal.open(row.reply, replyName(row.id)) })
    if ((await run(known, [provider, key])).length > 0) throw new Failure('KEY_USED')
    return undefined
  }
}
