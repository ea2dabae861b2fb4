import { mostRefusals, type Callback, type JsonObject } from '../../domain/callback.ts'
import { Failure } from '../../domain/failure.ts'
import { createEntryId } from '../entry-id.ts'
import type { Fingerprint } from '../fingerprint.ts'
import type { Appended, Journal } from '../journal.ts'
import { payloadOf, replyName } from '../kept-callback.ts'
import type { SqliteParts } from './parts.ts'
import type { Watch } from './watches.ts'

type AppendParts = Pick<SqliteParts, 'db' | 'transactions' | 'watches' | 'seal' | 'now' | 'wakeAppended'> & { readonly fingerprintOf: Fingerprint }
interface Known { readonly id: string, readonly reply: Uint8Array | null }

export function createAppend ({ db, transactions, watches, seal, fingerprintOf, now, wakeAppended }: AppendParts): Pick<Journal, 'append' | 'recognise'> {
  const entryId = createEntryId({ now })
  const selectKnown = db.prepare('SELECT id, reply FROM entries WHERE fingerprint = ?')
  const insert = db.prepare('INSERT INTO entries (id, provider, key, fingerprint, status, received_at, ended_at, refusal, payload, reply) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')

  function repeatOf ({ id, reply }: Known): Appended {
    return { id, isNew: false, reply: reply === null ? undefined : JSON.parse(seal.open(reply, replyName(id))) as JsonObject }
  }

  return {
    async append (callback, { due = 0 } = {}) {
      const { provider, key, reply, refused } = callback
      const id = entryId()
      const fingerprint = fingerprintOf(callback)
      const payload = seal.close(payloadOf(callback), id)
      const sealedReply = reply === undefined ? null : seal.close(JSON.stringify(reply), replyName(id))

      const kept = await transactions.write((transaction): 'new' | 'used' | Known => {
        const known = selectKnown.get(fingerprint) as Known | undefined
        if (known !== undefined) return known
        const watch = watches.of(provider, key)
        if (isClosed(callback, watch)) return 'used'
        const receivedAt = now()
        const refusal = refused === undefined ? 0 : (watch?.refusals ?? 0) + 1
        const waits = due <= receivedAt
        const isAwaited = !waits && watch !== undefined && (watch.watching !== null || watch.final === 1) // somebody asks already, or all is said
        const status = isAwaited ? 'delivered' : waits ? 'waiting' : 'watching'
        const { lastInsertRowid } = insert.run(id, provider, key, fingerprint, status, receivedAt, isAwaited ? receivedAt : null, refusal, payload, sealedReply)
        if (isAwaited) return 'new'
        watches.append({ provider, key, seq: Number(lastInsertRowid), due: waits ? receivedAt : due, waits, refusal })
        if (waits) transaction.wake(wakeAppended)
        return 'new'
      })
      if (kept === 'used') throw new Failure('KEY_USED')
      return kept === 'new' ? { id, isNew: true, reply } : repeatOf(kept)
    },
    async recognise (callback) {
      return transactions.read(() => {
        const known = selectKnown.get(fingerprintOf(callback)) as Known | undefined
        if (known !== undefined) return repeatOf(known)
        if (isClosed(callback, watches.of(callback.provider, callback.key))) throw new Failure('KEY_USED')
        return undefined
      })
    },
  }
}

function isClosed ({ singleUse = false }: Callback, watch: Watch | undefined): boolean {
  return singleUse && watch !== undefined && (watch.accepted === 1 || watch.refusals >= mostRefusals)
}
