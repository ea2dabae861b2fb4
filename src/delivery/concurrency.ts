import { asFailure } from '../domain/failure.ts'
import { mostAtOnce } from '../providers/provider.ts'

export interface ConcurrencyParts {
  /** Calls at once to begin with and at least, and at most. */
  readonly first?: number
  readonly most?: number
  /** Which share of its time the process is at work, from 0 to 1. */
  readonly busy?: () => number
}

export interface Concurrency {
  /** How many calls may be under way. */
  limit (): number
  /** Runs a call, and learns from how it ends. */
  call<T> (act: () => Promise<T>): Promise<T>
}

/** From then on there is no time for more results. */
const busyEnough = 0.8

/** Outages in a row that tell of the provider, and not of one of its keys. */
const outagesEnough = 2

/**
 * How many results one provider is asked for at once: one that is far away needs many, one that is next door few. More while it answers, most calls
 * wait for it and the process has time left; half as many when it is away or wants patience (`PROVIDER_AWAY`, twice in a row), but no fewer than at
 * first. It grows quickly up to where it was cut, and slowly after that, as TCP's window does (RFC 5681 §3.1).
 */
export function createConcurrency ({ first = 16, most = mostAtOnce, busy = createBusy() }: ConcurrencyParts = {}): Concurrency {
  let limit = first
  let cautiousFrom = most
  let round = 0
  let underWay = 0
  let outages = 0
  let hasAnswered = false // since the last cut: an outage that goes on tells nothing of how many are too many

  function answered (): void {
    hasAnswered = true
    if (limit >= most || underWay * 2 < limit || busy() >= busyEnough) return
    limit = Math.min(most, limit + (limit < cautiousFrom ? 1 : 1 / limit))
  }

  /** Calls that began before the last cut tell nothing new. */
  function away (since: number): void {
    if (since !== round || ++outages < outagesEnough) return
    outages = 0
    round++
    limit = Math.max(first, limit / 2)
    if (hasAnswered) cautiousFrom = limit
    hasAnswered = false
  }

  return {
    limit: () => Math.floor(limit),
    async call (act) {
      const since = round
      underWay++
      try {
        const told = await act()
        outages = 0
        answered()
        return told
      } catch (thrown) {
        const { code } = asFailure(thrown)
        if (code === 'PROVIDER_AWAY') away(since)
        else outages = 0
        if (code === 'KEY_UNKNOWN') answered()
        throw thrown
      } finally {
        underWay--
      }
    },
  }
}

/** The event loop's utilisation since the last look, which is a tenth of a second ago or more. */
function createBusy (): () => number {
  let before = performance.eventLoopUtilization()
  let lookedAt = performance.now()
  let share = 0
  return () => {
    if (performance.now() - lookedAt >= 100) {
      const now = performance.eventLoopUtilization()
      share = performance.eventLoopUtilization(now, before).utilization
      before = now
      lookedAt = performance.now()
    }
    return share
  }
}
