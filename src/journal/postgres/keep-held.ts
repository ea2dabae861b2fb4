import { now } from '../../database/postgres/clock.ts'
import type { OpenTransaction } from '../../database/postgres/statements.ts'
import { mostRefusals, type Callback } from '../../domain/callback.ts'
import { Failure } from '../../domain/failure.ts'
import type { Appended } from '../journal.ts'
import { know, textOf, type Kept, type KeepParts, type Known, type Work } from './keep.ts'
import { columns, inOrder } from './parts.ts'

interface Watch { readonly provider: string, readonly key: string, readonly watching: string | null, readonly final: boolean, readonly accepted: boolean, readonly refusals: number, readonly isMade: boolean }
interface Change { provider: string, key: string, waits: boolean, watching: string | null, delay: number, final: boolean, accepted: boolean, refusals: number, isChanged: boolean }
interface Entry { id: string, provider: string, key: string, fingerprint: Uint8Array, status: string, refusal: number, payload: Uint8Array, reply: Uint8Array | null }

// Who holds a key's row is alone with its entries.
const hold = { name: 'append_hold', text: `
  INSERT INTO watches (provider, key) SELECT * FROM unnest($1::text[], $2::text[])
    ON CONFLICT (provider, key) DO UPDATE SET key = excluded.key RETURNING provider, key, watching, final, accepted, refusals, xmax = 0 AS "isMade"` }
// made for a repeat of what was erased
const drop = { name: 'append_drop', text: 'DELETE FROM watches w USING unnest($1::text[], $2::text[]) AS g (provider, key) WHERE w.provider = g.provider AND w.key = g.key' }
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

/** Callbacks of which it depends on what their key has whether, and how, they are kept: its row is held first. */
export function createKeepHeld ({ database: { transact }, clock, repeatOf }: KeepParts) {
  async function keep ({ run, last }: OpenTransaction, works: readonly Work[]): Promise<Kept> {
    const keys = inOrder(works)
    const [held, known] = await Promise.all([
      run<Watch>(hold, columns(keys, 'provider', 'key')),
      run<Known>(know, columns(works, 'fingerprint')),
    ])
    const changes = new Map(held.map(watch => [nameOf(watch.provider, watch.key), { ...watch, watching: null as string | null, watched: watch.watching !== null, waits: false, delay: 0, isChanged: false }]))
    const repeats = new Map(known.map(row => [textOf(row.fingerprint), () => repeatOf(row)]))
    const entries: Entry[] = []

    const answers = works.map((work): Appended | Failure => {
      const { callback: { refused }, provider, key, id, fingerprint, payload, reply, delay } = work
      const repeat = repeats.get(textOf(fingerprint))
      if (repeat !== undefined) return repeat()
      const change = changes.get(nameOf(provider, key))!
      if (isClosed(work.callback, change)) return new Failure('KEY_USED')
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
    const idle = held.filter(({ isMade, key, provider }) => isMade && !entries.some(entry => entry.key === key && entry.provider === provider))
    if (idle.length > 0) await run(drop, columns(idle, 'provider', 'key'))
    if (entries.length > 0) {
      await last(write, [clock.given(), ...columns(entries, 'id', 'provider', 'key', 'fingerprint', 'status', 'refusal', 'payload', 'reply'),
        ...columns(changed, 'provider', 'key', 'waits', 'watching', 'delay', 'accepted', 'refusals')])
    }
    return { answers, wakes: changed.some(({ waits }) => waits) }
  }

  return (works: readonly Work[]): Promise<Kept> => transact(transaction => keep(transaction, works), works.length)
}

export function isClosed ({ singleUse = false }: Callback, { accepted, refusals }: Pick<Watch, 'accepted' | 'refusals'>): boolean {
  return singleUse && (accepted || refusals >= mostRefusals)
}

function nameOf (provider: string, key: string): string {
  return `${provider} ${key}`
}
