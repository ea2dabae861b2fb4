import type { Callback } from '../domain/callback.ts'
import { asFailure } from '../domain/failure.ts'
import type { Journal } from '../journal/journal.ts'
import type { Instruments } from './instruments.ts'

/** The journal, with its appends, burials and acknowledged events counted. */
export function measuredJournal<J extends Journal> (journal: J, { callbacks, durable, acknowledged, announced, buried }: Instruments, now: () => number = Date.now): J {
  return {
    ...journal,
    async append (callback: Callback, when?: { readonly due?: number }) {
      const { provider, channel } = callback
      const started = performance.now()
      const appended = await journal.append(callback, when)
      if (when?.due === undefined) callbacks.inc({ provider, channel, result: appended.isNew ? 'new' : 'repeated' }) // else nobody called: a key was registered
      durable.observe({ provider }, (performance.now() - started) / 1000)
      return appended
    },
    async bury (...given: Parameters<Journal['bury']>) {
      const kept = await journal.bury(...given)
      if (kept) buried.inc({ code: asFailure(given[1]).code })
      return kept
    },
    async buryEvent (...given: Parameters<Journal['buryEvent']>) {
      const kept = await journal.buryEvent(...given)
      if (kept) buried.inc({ code: asFailure(given[1]).code })
      return kept
    },
    async markPublished (...given: Parameters<Journal['markPublished']>) {
      const kept = await journal.markPublished(...given)
      const [{ event, entryId, recordedAt }] = given
      if (kept) {
        announced.observe({}, (now() - recordedAt) / 1000)
        acknowledged.observe({ provider: event.type.split('.')[1] ?? '' }, Math.max(0, now() - timeOf(entryId)) / 1000)
      }
      return kept
    },
  }
}

/** An entry's id is a UUID of version 7: it begins with the time of the callback. RFC 9562 §5.7 */
function timeOf (entryId: string): number {
  return Number.parseInt(entryId.slice(0, 8) + entryId.slice(9, 13), 16)
}
