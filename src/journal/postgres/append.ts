import { now } from '../../database/postgres/clock.ts'
import { mostRefusals, type Callback, type JsonObject } from '../../domain/callback.ts'
import { Failure } from '../../domain/failure.ts'
import type { OpenTransaction } from '../../database/postgres/statements.ts'
import { createEntryId } from '../entry-id.ts'
import type { Appended, Journal } from '../journal.ts'
import { payloadOf, replyName } from '../kept-callback.ts'
import { createGroup } from './group.ts'
import { columns, inOrder, type PostgresParts } from './parts.ts'

type AppendParts = Pick<PostgresParts, 'database' | 'clock' | 'fingerprintOf' | 'wakeAppended'>
interface Known { readonly id: string, readonly reply: Uint8Array | null }
interface Work { readonly callback: Callback, readonly id: string, readonly fingerprint: Uint8Array, readonly payload: Uint8Array, readonly reply: Uint8Array | null, readonly delay: number }
interface Watch { readonly provider: string, readonly key: string, readonly watching: string | null, readonly final: boolean, readonly accepted: boolean, readonly refusals: number }
interface Change { provider: string, key: string, waits: boolean, watching: string | null, delay: number, final: boolean, accepted: boolean, refusals: number, isChanged: boolean }
interface Entry { id: string, provider: string, key: string, fingerprint: Uint8Array, status: string, refusal: number, payload: Uint8Array, reply: Uint8Array | null }

// Who holds a key's row is alone with its entries.
const hold = { name: 'append_hold', text: `
  INSERT INTO watches (provider, key) SELECT * FROM unnest($1::text[], $2::text[])
    ON CONFLICT (provider, key) DO UPDATE SET key = excluded.key RETURNING provider, key, watching, final, accepted, refusals` }
const know = { name: 'append_know', text: 'SELECT id, fingerprint, reply FROM entries WHERE fingerprint = ANY($1::bytea[])' }
const look = { name: 'append_look', text: 'SELECT accepted, refusals FROM watches WHERE provider = $1 AND key = $2' }
const write = { name: 'append_write', text: `
  WITH ${now},
  kept AS (
    INSERT INTO entries (id, provider, key, fingerprint, status, refusal, payload, reply, received_at, ended_at)
      SELECT g.id, g.provider, g.key, g.fingerprint, g.status, g.refusal, g.payload, g.reply, now.at, CASE g.status WHEN 'delivered' THEN now.at END
        FROM now, unnest($2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::int[], $8::bytea[], $9::bytea[]) WITH ORDINALITY
          AS g (id, provider, key, fingerprint, status, refusal, payload, reply, n) ORDER BY g.n)
  UPDATE watches w SET
      ready_at = CASE WHEN w.held THEN w.ready_at WHEN g.waits THEN least(w.ready_at, now.at) WHEN g.watching IS NOT NULL THEN coalesce(w.ready_at, now.at + g.delay) ELSE w.ready_at END,
      news = w.news OR (w.held AND g.waits),
      watching = coalesce(g.watching, w.watching), watch_at = CASE WHEN g.watching IS NULL THEN w.watch_at ELSE now.at + g.delay END,
      accepted = g.accepted, refusals = g.refusals
    FROM now, unnest($10::text[], $11::text[], $12::boolean[], $13::text[], $14::bigint[], $15::boolean[], $16::int[]) AS g (provider, key, waits, watching, delay, accepted, refusals)
    WHERE w.provider = g.provider AND w.key = g.key` }

/** All callbacks that arrive while a commit is under way share the next one. */
export function createAppend ({ database: { run, transact, seal }, clock, fingerprintOf, wakeAppended }: AppendParts): Pick<Journal, 'append' | 'recognise'> & { close (): Promise<void> } {
  const entryId = createEntryId(clock.given() === null ? {} : { now: () => clock.given() ?? 0 })
  const group = createGroup<Work, Appended | 'used'>(async works => {
    const { answers, woke } = await transact(transaction => keep(transaction, works), works.length)
    if (woke) queueMicrotask(wakeAppended)
    return answers
  })

  async function keep ({ run, last }: OpenTransaction, works: readonly Work[]): Promise<{ answers: (Appended | 'used')[], woke: boolean }> {
    const keys = inOrder(works.map(({ callback }) => callback))
    const [held, known] = await Promise.all([
      run<Watch>(hold, columns(keys, 'provider', 'key')),
      run<Known & { fingerprint: Uint8Array }>(know, [works.map(({ fingerprint }) => fingerprint)]),
    ])
    const changes = new Map(held.map(watch => [nameOf(watch.provider, watch.key), { ...watch, watching: null as string | null, watched: watch.watching !== null, waits: false, delay: 0, isChanged: false }]))
    const repeats = new Map(known.map(({ id, fingerprint, reply }) => [textOf(fingerprint), () => repeatOf({ id, reply })]))
    const entries: Entry[] = []

    const answers = works.map((work): Appended | 'used' => {
      const { callback: { provider, key, refused }, id, fingerprint, payload, reply, delay } = work
      const repeat = repeats.get(textOf(fingerprint))
      if (repeat !== undefined) return repeat()
      const change = changes.get(nameOf(provider, key))!
      if (isClosed(work.callback, change)) return 'used'
      const waits = delay <= 0
      const isAwaited = !waits && (change.watched || change.final) // somebody asks already, or all is said
      const refusal = refused === undefined ? 0 : change.refusals + 1
      entries.push({ id, provider, key, fingerprint, status: isAwaited ? 'delivered' : waits ? 'waiting' : 'watching', refusal, payload, reply })
      repeats.set(textOf(fingerprint), () => ({ id, isNew: false, reply: work.callback.reply }))
      if (!isAwaited) {
        change.isChanged = true
        change.refusals = Math.max(change.refusals, refusal)
        change.accepted ||= refusal === 0
        if (waits) change.waits = true
        else { change.watching = id; change.watched = true; change.delay = delay }
      }
      return { id, isNew: true, reply: work.callback.reply }
    })
    const changed: Change[] = [...changes.values()].filter(({ isChanged }) => isChanged)
    if (entries.length > 0) {
      await last(write, [clock.given(), ...columns(entries, 'id', 'provider', 'key', 'fingerprint', 'status', 'refusal', 'payload', 'reply'),
        ...columns(changed, 'provider', 'key', 'waits', 'watching', 'delay', 'accepted', 'refusals')])
    }
    return { answers, woke: changed.some(({ waits }) => waits) }
  }

  function repeatOf ({ id, reply }: Known): Appended {
    return { id, isNew: false, reply: reply === null ? undefined : JSON.parse(seal.open(reply, replyName(id))) as JsonObject }
  }

  return {
    async append (callback, { due } = {}) {
      const id = entryId()
      const reply = callback.reply === undefined ? null : seal.close(JSON.stringify(callback.reply), replyName(id))
      const delay = due === undefined ? 0 : clock.until(due)
      const kept = await group.add({ callback, id, fingerprint: fingerprintOf(callback), payload: seal.close(payloadOf(callback), id), reply, delay })
      if (kept === 'used') throw new Failure('KEY_USED')
      return kept
    },
    async recognise (callback) {
      const [[known], [watch]] = await Promise.all([
        run<Known>(know, [[fingerprintOf(callback)]]),
        callback.singleUse === true ? run<Pick<Watch, 'accepted' | 'refusals'>>(look, [callback.provider, callback.key]) : [],
      ])
      if (known !== undefined) return repeatOf(known)
      if (watch !== undefined && isClosed(callback, watch)) throw new Failure('KEY_USED')
      return undefined
    },
    close: group.close,
  }
}

function isClosed ({ singleUse = false }: Callback, { accepted, refusals }: Pick<Watch, 'accepted' | 'refusals'>): boolean {
  return singleUse && (accepted || refusals >= mostRefusals)
}

function nameOf (provider: string, key: string): string {
  return `${provider} ${key}`
}

function textOf (fingerprint: Uint8Array): string {
  return Buffer.from(fingerprint).toString('latin1')
}
