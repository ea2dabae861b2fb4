import { Failure } from '../../domain/failure.ts'
import type { JsonObject } from '../../domain/callback.ts'
import { createEntryId } from '../entry-id.ts'
import type { Fingerprint } from '../fingerprint.ts'
import type { Journal } from '../journal.ts'
import { payloadOf } from '../kept-callback.ts'
import type { SqliteParts } from './parts.ts'

type AppendParts = Pick<SqliteParts, 'db' | 'transactions' | 'watches' | 'seal' | 'now' | 'wakeAppended'> & { readonly fingerprintOf: Fingerprint }
interface Known { readonly id: string, readonly reply: Uint8Array | null }

export function createAppend ({ db, transactions, watches, seal, fingerprintOf, now, wakeAppended }: AppendParts): Journal['append'] {
  const entryId = createEntryId({ now })
  const selectKnown = db.prepare('SELECT id, reply FROM entries WHERE fingerprint = ?')
  const insert = db.prepare('INSERT INTO entries (id, provider, key, fingerprint, received_at, payload, reply) VALUES (?, ?, ?, ?, ?, ?, ?)')

  return async function append (callback) {
    const { provider, key, reply, singleUse = false } = callback
    const id = entryId()
    const fingerprint = fingerprintOf(callback)
    const payload = seal.close(payloadOf(callback), id)
    const sealedReply = reply === undefined ? null : seal.close(JSON.stringify(reply), replyName(id))

    const kept = await transactions.write((transaction): 'new' | 'used' | Known => {
      const known = selectKnown.get(fingerprint) as Known | undefined
      if (known !== undefined) return known
      if (singleUse && watches.exists(provider, key)) return 'used'
      const receivedAt = now()
      insert.run(id, provider, key, fingerprint, receivedAt, payload, sealedReply)
      watches.append(provider, key, receivedAt)
      transaction.wake(wakeAppended)
      return 'new'
    })
    if (kept === 'used') throw new Failure('KEY_USED')
    if (kept === 'new') return { id, isNew: true, reply }
    return { id: kept.id, isNew: false, reply: kept.reply === null ? undefined : JSON.parse(seal.open(kept.reply, replyName(kept.id))) as JsonObject }
  }
}

/** What a reply's seal is bound to: not the payload's name, so that the two cannot change places. */
export function replyName (entryId: string): string {
  return `${entryId}/reply`
}
