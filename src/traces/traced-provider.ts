import type { Callback } from '../domain/callback.ts'
import { asFailure } from '../domain/failure.ts'
import type { OpenProvider } from '../providers/provider.ts'
import type { Visits } from '../providers/visits.ts'
import type { Span, StartSpan } from './span.ts'

export interface TracedProviderParts {
  readonly start: StartSpan
  readonly attempts: WeakMap<Callback, Span>
}

/** The provider, with a span for each call to it, which is the parent of what the provider itself does. */
export function tracedProvider (provider: OpenProvider, { start, attempts }: TracedProviderParts): OpenProvider {
  const { name, visits } = provider

  async function traced<T> (act: string, parent: string, call: (traceparent: string) => Promise<T>): Promise<T> {
    const span = start(`${name} ${act}`, 'client', parent, { 'peer.service': name })
    if (span === undefined) return call(parent)
    try {
      const answer = await call(span.traceparent)
      span.end()
      return answer
    } catch (thrown) {
      const { code, reason } = asFailure(thrown)
      span.end({ 'error.type': code }, reason)
      throw thrown
    }
  }

  /** What a user waits for is asked below the request of that user. The callback that comes of it is the request's, not the call's. */
  function tracedVisits ({ arriving, ...rest }: Visits): Visits {
    if (arriving === undefined) return rest
    return {
      ...rest,
      arriving: {
        ...arriving,
        arrive: async (query, traceparent, signal) => {
          const arrived = await traced('arrive', traceparent, own => arriving.arrive(query, own, signal))
          return { ...arrived, callback: { ...arrived.callback, traceparent } }
        },
      },
    }
  }

  return {
    ...provider,
    fetchResult: (callback, signal) => {
      const parent = attempts.get(callback)?.traceparent
      return parent === undefined ? provider.fetchResult(callback, signal) : traced('result', parent, traceparent => provider.fetchResult({ ...callback, traceparent }, signal))
    },
    ...visits && { visits: tracedVisits(visits) },
  }
}
