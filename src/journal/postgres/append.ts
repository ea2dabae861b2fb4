import type { Callback, JsonObject } from '../../domain/callback.ts'
import { Failure } from '../../domain/failure.ts'
import { createEntryId } from '../entry-id.ts'
import type { Appended, Journal } from '../journal.ts'
import { payloadOf, replyName } from '../kept-callback.ts'
import { createGroup } from '../../database/postgres/group.ts'
import { know, type Kept, type Known, type Work } from './keep.ts'
import { createKeepHeld, isClosed } from './keep-held.ts'
import { createKeepPlain, isPlain } from './keep-plain.ts'
import { columns, type PostgresParts } from './parts.ts'

type AppendParts = Pick<PostgresParts, 'database' | 'clock' | 'fingerprintOf' | 'wakeAppended'>

const look = { name: 'append_look', text: 'SELECT accepted, refusals FROM watches WHERE provider = $1 AND key = $2' }

/** All callbacks of a kind that arrive while commits are under way share the next one. */
export function createAppend ({ database, clock, fingerprintOf, wakeAppended }: AppendParts): Pick<Journal, 'append' | 'recognise'> & { close (): Promise<void> } {
  const { run, seal } = database
  const entryId = createEntryId(clock.given() === null ? {} : { now: () => clock.given() ?? 0 })
  const plain = groupOf(createKeepPlain({ database, clock, repeatOf }))
  const held = groupOf(createKeepHeld({ database, clock, repeatOf }))

  function groupOf (keep: (works: readonly Work[]) => Promise<Kept>) {
    return createGroup<Work, Appended | Failure>(async works => {
      const { answers, wakes } = await keep(works)
      if (wakes) queueMicrotask(wakeAppended)
      return answers
    })
  }

  function repeatOf ({ id, reply }: Pick<Known, 'id' | 'reply'>): Appended {
    return { id, isNew: false, reply: reply === null ? undefined : JSON.parse(seal.open(reply, replyName(id))) as JsonObject }
  }

  function workOf (callback: Callback, due: number | undefined): Work {
    const id = entryId()
    const { provider, key, reply } = callback
    return {
      callback, provider, key, id,
      fingerprint: fingerprintOf(callback),
      payload: seal.close(payloadOf(callback), id),
      reply: reply === undefined ? null : seal.close(JSON.stringify(reply), replyName(id)),
      delay: due === undefined ? 0 : clock.until(due),
    }
  }

  return {
    async append (callback, { due } = {}) {
      const work = workOf(callback, due)
      const kept = await (isPlain(work) ? plain : held).add(work)
      if (kept instanceof Failure) throw kept
      return kept
    },
    async recognise (callback) {
      const [[known], [watch]] = await Promise.all([
        run<Known>(know, columns([{ fingerprint: fingerprintOf(callback) }], 'fingerprint')),
        callback.singleUse === true ? run<Parameters<typeof isClosed>[1]>(look, [callback.provider, callback.key]) : [],
      ])
      if (known !== undefined) return repeatOf(known)
      if (watch !== undefined && isClosed(callback, watch)) throw new Failure('KEY_USED')
      return undefined
    },
    async close () { await Promise.all([plain.close(), held.close()]) },
  }
}
