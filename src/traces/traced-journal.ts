import type { Callback } from '../domain/callback.ts'
import { asFailure, type Failure } from '../domain/failure.ts'
import type { Claim, Journal } from '../journal/journal.ts'
import type { Span, StartSpan } from './span.ts'

export interface TracedJournalParts {
  readonly start: StartSpan
  /** The attempts that are under way, by the callback that they ask for. */
  readonly attempts: WeakMap<Callback, Span>
}

/** The journal, with a span for each append, and one for each attempt to resolve: from its claim to the word that ends it. */
export function tracedJournal<J extends Journal> (journal: J, { start, attempts }: TracedJournalParts): J {
  const ended = <R>({ entry: { callback } }: Claim, act: Promise<R>, how: string, failure?: Failure): Promise<R> => {
    const span = attempts.get(callback)
    attempts.delete(callback)
    if (span === undefined) return act
    const end = (result: string, { code, reason }: Partial<Failure> = {}) => span.end({ 'callback_receiver.result': result, ...code !== undefined && { 'error.type': code } }, reason)
    return act.then(kept => { end(kept === false ? 'lost' : how, failure); return kept }, (thrown: unknown) => { end('left', asFailure(thrown)); throw thrown })
  }

  return {
    ...journal,
    async append (callback: Callback, when?: { readonly due?: number }) {
      const span = start('append', 'internal', callback.traceparent, { 'callback_receiver.provider': callback.provider, 'callback_receiver.channel': callback.channel })
      if (span === undefined) return journal.append(callback, when)
      try {
        const appended = await journal.append(callback, when)
        span.end({ 'callback_receiver.entry.id': appended.id, 'callback_receiver.is_new': appended.isNew })
        return appended
      } catch (thrown) {
        const { code, reason } = asFailure(thrown)
        span.end({ 'error.type': code }, reason)
        throw thrown
      }
    },
    async claim (provider: string, limit: number) {
      const claims = await journal.claim(provider, limit)
      for (const { entry: { id, callback }, attempt } of claims) {
        const span = start(`resolve ${provider}`, 'internal', callback.traceparent, { 'callback_receiver.provider': provider, 'callback_receiver.entry.id': id, 'callback_receiver.attempt': attempt })
        if (span !== undefined) attempts.set(callback, span)
      }
      return claims
    },
    recordEvents: (...given: Parameters<Journal['recordEvents']>) => ended(given[0], journal.recordEvents(...given), given[1].askAgainAt === undefined ? 'done' : 'pending'),
    reschedule: (...given: Parameters<Journal['reschedule']>) => ended(given[0], journal.reschedule(...given), 'put off', given[2]),
    bury: (...given: Parameters<Journal['bury']>) => ended(given[0], journal.bury(...given), 'buried', given[1]),
    release: (...given: Parameters<Journal['release']>) => ended(given[0], journal.release(...given), 'released'),
  }
}
