import type { Callback } from '../domain/callback.ts'
import { asFailure, Failure } from '../domain/failure.ts'
import type { OpenProvider } from '../providers/provider.ts'

export interface PacedFetchParts {
  readonly provider: Pick<OpenProvider, 'fetchResult'>
  /** Whether somebody registered the callback's key. Asked only while the pace is used up. */
  readonly isRegistered: (callback: Callback) => Promise<boolean>
  /** `RATE_LIMIT_PER_MINUTE`: looks that may end with `KEY_UNKNOWN`. */
  readonly perMinute: number
  readonly now?: () => number
}

const minute = 60_000

/**
 * A provider's `fetchResult` at which a flood of made-up keys ends, whatever number of addresses it comes from. Each key that the provider
 * does not know uses up the pace; once that is gone, keys that nobody registered wait (`RATE_LIMITED`), and registered ones go on.
 */
export function createPacedFetch ({ provider, isRegistered, perMinute, now = Date.now }: PacedFetchParts): OpenProvider['fetchResult'] {
  let left = perMinute
  let at = now()

  function refill (): void {
    const time = now()
    left = Math.min(perMinute, left + (time - at) * perMinute / minute)
    at = time
  }

  return async function fetchResult (callback, signal) {
    refill()
    if (left < 1 && !await isRegistered(callback)) {
      throw new Failure('RATE_LIMITED', { reason: 'too many keys that the provider does not know: only registered ones are asked for now', retryAfter: Math.ceil((1 - left) * minute / perMinute) })
    }
    try {
      return await provider.fetchResult(callback, signal)
    } catch (thrown) {
      if (asFailure(thrown).code === 'KEY_UNKNOWN') left--
      throw thrown
    }
  }
}
