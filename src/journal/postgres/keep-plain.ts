import { now } from '../../database/postgres/clock.ts'
import { Failure } from '../../domain/failure.ts'
import type { Appended } from '../journal.ts'
import { know, textOf, type Kept, type KeepParts, type Known, type Work } from './keep.ts'
import { columns } from './parts.ts'

// A repeat makes nothing, and waits for the one that it repeats to be durable. Keys in their order, as every act takes them.
const write = { name: 'append_plain', text: `
  WITH ${now},
  kept AS (
    INSERT INTO entries (id, provider, key, fingerprint, status, payload, reply, received_at)
      SELECT g.id, g.provider, g.key, g.fingerprint, 'waiting', g.payload, g.reply, now.at
        FROM now, unnest($2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::bytea[]) WITH ORDINALITY AS g (id, provider, key, fingerprint, payload, reply, n) ORDER BY g.n
      ON CONFLICT (fingerprint) DO NOTHING RETURNING provider, key),
  woken AS (
    INSERT INTO watches AS w (provider, key, ready_at, accepted) SELECT k.provider, k.key, now.at, true FROM kept k, now GROUP BY 1, 2, 3 ORDER BY 1, 2
      ON CONFLICT (provider, key) DO UPDATE SET ready_at = CASE WHEN w.held THEN w.ready_at ELSE least(w.ready_at, excluded.ready_at) END, news = w.news OR w.held, accepted = true)
  SELECT count(*) AS made FROM kept` }

/** Callbacks that are kept whatever their key has, and asked for at once: one statement. */
export function createKeepPlain ({ database: { run, commit }, clock, repeatOf }: KeepParts) {
  return async function keepPlain (works: readonly Work[]): Promise<Kept> {
    const sorted = works.toSorted((a, b) => a.key === b.key ? 0 : a.key < b.key ? -1 : 1)
    const [{ made } = { made: 0 }] = await commit<{ made: number }>(write, [clock.given(), ...columns(sorted, 'id', 'provider', 'key', 'fingerprint', 'payload', 'reply')], works.length)
    if (made === works.length) return { answers: works.map(newOne), wakes: true }
    const known = new Map((await run<Known>(know, columns(works, 'fingerprint'))).map(row => [textOf(row.fingerprint), row]))
    return { answers: works.map(work => answerOf(work, known.get(textOf(work.fingerprint)))), wakes: made > 0 }
  }

  function answerOf (work: Work, known: Known | undefined): Appended | Failure {
    if (known === undefined) return new Failure('JOURNAL_UNAVAILABLE', { reason: 'What it repeats left the journal at this moment.' })
    return known.id === work.id ? newOne(work) : repeatOf(known)
  }
}

/** Who needs nothing of its key, whatever group it comes with: equal callbacks are always of one kind, so that no two kinds wait for each other. */
export function isPlain ({ callback: { singleUse = false, refused }, delay }: Work): boolean {
  return !singleUse && refused === undefined && delay <= 0
}

function newOne ({ id, callback: { reply } }: Work): Appended {
  return { id, isNew: true, reply }
}
