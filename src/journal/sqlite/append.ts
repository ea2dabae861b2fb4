import { mostRefusals, type Callback, type JsonObject } from '../../domain/callback.ts'
import { Failure } from '../../domain/failure.ts'
import type { Transaction } from '../../database/sqlite/transactions.ts'
import { createEntryId } from '../entry-id.ts'
import type { Fingerprint } from '../fingerprint.ts'
import type { Appended, Journal } from '../journal.ts'
import { payloadOf, replyName } from '../kept-callback.ts'
import { createAppendFresh, type GivenFresh } from './fresh/append-fresh.ts'
import type { Fresh } from './fresh/fresh.ts'
import type { SqliteParts } from './parts.ts'
import type { Watch } from './watches.ts'

type AppendParts = Pick<SqliteParts, 'db' | 'transactions' | 'watches' | 'seal' | 'now' | 'numbers' | 'freshKeys' | 'sheets' | 'folding' | 'wakeAppended'> & { readonly fingerprintOf: Fingerprint }
interface Known { readonly id: string, readonly reply: Uint8Array | null }
/** What is to be appended, as an operation that may run twice needs it. */
interface Given extends GivenFresh { readonly fingerprint: Uint8Array, readonly due: number }

export function createAppend (parts: AppendParts): Pick<Journal, 'append' | 'recognise'> {
  const { db, transactions, watches, seal, fingerprintOf, now, numbers, freshKeys, sheets, folding, wakeAppended } = parts
  const appendFresh = createAppendFresh(parts)
  const entryId = createEntryId({ now })
  const selectFirst = db.prepare('SELECT id, reply FROM entries WHERE seq = ? AND fingerprint = ? AND follows = 0')
  const selectFollower = db.prepare('SELECT id, reply FROM entries WHERE follows = 1 AND fingerprint = ?')
  // also its events: an erased or forgotten key may have a topic that is yet to be cleared, and that must be seen to together
  const selectAny = db.prepare(`
    SELECT 1 WHERE EXISTS (SELECT 1 FROM watches WHERE provider = ?1 AND key = ?2) OR EXISTS (SELECT 1 FROM entries WHERE follows = 1 AND fingerprint = ?3)
      OR EXISTS (SELECT 1 FROM events WHERE follows = 1 AND key = ?2 AND provider = ?1)`)
  const insert = db.prepare('INSERT INTO entries (seq, id, provider, key, fingerprint, follows, status, received_at, ended_at, refusal, payload, reply) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')

  function repeatOf ({ id, reply }: Known): Appended {
    return { id, isNew: false, reply: reply === null ? undefined : JSON.parse(seal.open(reply, replyName(id))) as JsonObject }
  }

  function repeatOfFresh (fresh: Fresh): Appended {
    return { id: fresh.id, isNew: false, reply: (fresh.callback ?? sheets.callbackOf(fresh)).reply }
  }

  function knownOf (fingerprint: Uint8Array, watch: Watch | undefined): Known | undefined {
    const first = watch === undefined || watch.entry === null ? undefined : selectFirst.get(watch.entry, fingerprint)
    return (first ?? selectFollower.get(fingerprint)) as unknown as Known | undefined
  }

  function appendRow ({ callback: { provider, key, refused }, id, fingerprint, payload, reply, due }: Given, watch: Watch | undefined, transaction: Transaction): void {
    const receivedAt = now()
    const refusal = refused === undefined ? 0 : (watch?.refusals ?? 0) + 1
    const waits = due <= receivedAt
    const isAwaited = !waits && watch !== undefined && (watch.watching !== null || watch.final === 1) // somebody asks already, or all is said
    const status = isAwaited ? 'delivered' : waits ? 'waiting' : 'watching'
    const seq = numbers.entry()
    insert.run(seq, id, provider, key, fingerprint, watch === undefined ? 0 : 1, status, receivedAt, isAwaited ? receivedAt : null, refusal, seal.close(payload, id), reply === null ? null : seal.close(reply, replyName(id)))
    if (isAwaited) return
    watches.append({ provider, key, seq, due: waits ? receivedAt : due, waits, refusal })
    if (waits) transaction.wake(wakeAppended)
  }

  function append (given: Given, transaction: Transaction): 'new' | 'used' | Appended {
    const { callback, fingerprint, mark, due } = given
    const { provider, key } = callback
    const fresh = freshKeys.of(provider, key)
    if (fresh?.fingerprint === mark) return repeatOfFresh(fresh)
    if (fresh !== undefined) folding.key(provider, key, transaction)
    else if (due <= now() && selectAny.get(provider, key, fingerprint) === undefined) { // as for most: one look is enough
      appendFresh(given, transaction)
      return 'new'
    }
    const watch = watches.of(provider, key)
    const known = knownOf(fingerprint, watch)
    if (known !== undefined) return repeatOf(known)
    if (isClosed(callback, watch)) return 'used'
    appendRow(given, watch, transaction)
    return 'new'
  }

  return {
    async append (callback, { due = 0 } = {}) {
      const { reply } = callback
      const fingerprint = fingerprintOf(callback)
      const given: Given = {
        callback, id: entryId(), fingerprint, mark: Buffer.from(fingerprint).toString('latin1'), payload: payloadOf(callback), reply: reply === undefined ? null : JSON.stringify(reply), due,
      }
      const kept = await transactions.write(transaction => append(given, transaction), true)
      folding.tidy()
      if (kept === 'used') throw new Failure('KEY_USED')
      return kept === 'new' ? { id: given.id, isNew: true, reply } : kept
    },
    async recognise (callback) {
      return transactions.read(() => {
        const fingerprint = fingerprintOf(callback)
        const fresh = freshKeys.of(callback.provider, callback.key)
        if (fresh !== undefined && fresh.fingerprint === Buffer.from(fingerprint).toString('latin1')) return repeatOfFresh(fresh)
        const watch = watches.of(callback.provider, callback.key)
        const known = knownOf(fingerprint, watch)
        if (known !== undefined) return repeatOf(known)
        if (isClosed(callback, fresh === undefined ? watch : { accepted: fresh.refusal === 0 ? 1 : 0, refusals: fresh.refusal })) throw new Failure('KEY_USED')
        return undefined
      })
    },
  }
}

function isClosed ({ singleUse = false }: Callback, watch: Pick<Watch, 'accepted' | 'refusals'> | undefined): boolean {
  return singleUse && watch !== undefined && (watch.accepted === 1 || watch.refusals >= mostRefusals)
}
