import { Failure } from '../../domain/failure.ts'
import type { Journal } from '../journal.ts'
import { callbackOf, replyName } from '../kept-callback.ts'
import type { SqliteParts } from './parts.ts'

type HandOverParts = Pick<SqliteParts, 'db' | 'transactions' | 'seal' | 'now' | 'folding'>
interface Row {
  readonly seq: number, readonly id: string, readonly payload: Uint8Array, readonly reply: Uint8Array | null
  readonly handed_to: string | null, readonly handed_at: number | null
}

/** A callback that one client has, once. */
export function createHandOver ({ db, transactions, seal, now, folding }: HandOverParts): Journal['handOver'] {
  const select = db.prepare(`
    SELECT seq, id, payload, reply, handed_to, handed_at FROM entries WHERE seq IN (SELECT seq FROM entries_of_key WHERE key = ? AND provider = ?) AND refusal = 0 AND payload IS NOT NULL ORDER BY seq LIMIT 1`)
  const update = db.prepare('UPDATE entries SET handed_to = ?, handed_at = ? WHERE seq = ?')

  return (provider, key, { client, again }) => transactions.write(transaction => {
    folding.key(provider, key, transaction)
    const row = select.get(key, provider) as unknown as Row | undefined
    if (row === undefined) return undefined
    if (row.handed_at === null) update.run(client, now(), row.seq)
    else if (row.handed_to !== client || now() - row.handed_at > again) throw new Failure('KEY_USED')
    return callbackOf({ provider, key, payload: seal.open(row.payload, row.id), reply: row.reply === null ? undefined : seal.open(row.reply, replyName(row.id)) })
  })
}
