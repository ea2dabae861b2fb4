import type { DatabaseSync } from 'node:sqlite'
import type { Seal } from '../../../database/seal.ts'
import type { Transaction } from '../../../database/sqlite/transactions.ts'
import { Failure } from '../../../domain/failure.ts'
import { eventName } from '../../event-name.ts'
import { payloadOf, replyName } from '../../kept-callback.ts'
import { endOf, unpublishedOf, type Fresh } from './fresh.ts'
import type { FreshKeys } from './fresh-keys.ts'
import type { Sheets } from './sheets.ts'

export interface FoldParts {
  readonly db: DatabaseSync
  readonly seal: Seal
  readonly sheets: Sheets
  readonly freshKeys: FreshKeys
}

/** A value that no key opens, for a callback whose sheet cannot be read any more: its claim buries it. */
const damaged = Uint8Array.of(0xff)

/** Writes a fresh key into the tables, as if it had been there from the start. */
export function createFold ({ db, seal, sheets, freshKeys }: FoldParts) {
  const insertEntry = db.prepare(`
    INSERT INTO entries (seq, id, provider, key, fingerprint, follows, status, received_at, ended_at, refusal, asks, payload, reply) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)`)
  const insertWatch = db.prepare('INSERT INTO watches (key, provider, entry, event, due_at, head, attempt, gist, final, accepted, refusals) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const insertEvent = db.prepare(`
    INSERT INTO events (seq, id, entry, provider, key, follows, type, topic, recorded_at, due_at, attempt, published_at, clear_at, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)

  function sealed (fresh: Fresh): { payload: Uint8Array, reply: Uint8Array | null } {
    try {
      const { reply, ...rest } = fresh.callback ?? sheets.callbackOf(fresh)
      return { payload: seal.close(payloadOf(rest), fresh.id), reply: reply === undefined ? null : seal.close(JSON.stringify(reply), replyName(fresh.id)) }
    } catch (thrown) {
      if (!isUnreadable(thrown)) throw thrown // a disk that cannot be read now may be read later
      return { payload: damaged, reply: null }
    }
  }

  function foldEntry (fresh: Fresh): void {
    const { provider, key, seq, id, fingerprint, receivedAt, refusal, told } = fresh
    const isOver = told !== undefined && unpublishedOf(fresh) === 0
    const { payload, reply } = sealed(fresh)
    const status = told === undefined ? 'waiting' : isOver ? 'delivered' : 'resolved'
    insertEntry.run(seq, id, provider, key, Buffer.from(fingerprint, 'latin1'), status, receivedAt, isOver ? endOf(fresh) : null, refusal, told === undefined ? 0 : 1, payload, reply)
  }

  function foldWatch ({ provider, key, seq, receivedAt, refusal, attempt, told }: Fresh): void {
    const [due, head] = told === undefined ? [Math.ceil(receivedAt), seq] : [null, null]
    // after the last word nothing is told: its gist has nothing to be compared with
    const gist = told?.gist === undefined || told.final ? null : seal.close(told.gist, `${provider} ${key}`)
    insertWatch.run(key, provider, seq, told?.events[0]?.seq ?? null, due, head, attempt, gist, told?.final === true ? 1 : 0, refusal === 0 ? 1 : 0, refusal)
  }

  function foldEvents ({ provider, key, seq: entry, told }: Fresh): void {
    if (told === undefined) return
    const lastOnTopic = new Map(told.events.filter(({ publishedAt }) => publishedAt !== undefined).map(({ seq, event }) => [event.topic, seq]))
    for (const [i, { seq, event, attempt, publishedAt, clearAt }] of told.events.entries()) {
      const clear = clearAt === undefined || lastOnTopic.get(event.topic) !== seq ? null : Math.ceil(clearAt)
      insertEvent.run(seq, event.id, entry, provider, key, i === 0 ? 0 : 1, event.type, event.topic, told.at, publishedAt === undefined ? told.at : null, attempt, publishedAt ?? null, clear, seal.close(event.payload, eventName(event)))
    }
  }

  return function fold (fresh: Fresh, transaction: Transaction): void {
    foldEntry(fresh)
    foldWatch(fresh)
    foldEvents(fresh)
    const { restore, forget } = freshKeys.remove(fresh)
    transaction.onRollback(restore)
    transaction.onCommit(forget)
  }
}

/** Whether a callback is damaged for good. */
export function isUnreadable (thrown: unknown): boolean {
  return thrown instanceof Failure && thrown.code === 'JOURNAL_UNREADABLE'
}
