import { asFailure } from '../domain/failure.ts'
import { mostAtOnce } from '../providers/provider.ts'

export interface ConcurrencyParts {
  /** Calls at once to begin with, and at most. */
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

/** From then on more calls than at first bring no more results: there is no time for those that are there. */
const busyEnough = 0.8

/** Outages in a row that tell of the provider, and not of some of its keys. */
const outagesEnough = 4

/**
 * How many results one provider is asked for at once: one that is far away needs many, one that is next door few. More while it answers, most calls
 * wait for it and the process has time left; half as many when it is away or wants patience (`PROVIDER_AWAY`, several in a row). It grows quickly
 * at first and by one for each round after that, as TCP's window does (RFC 5681 §3.1).
 */
export function createConcurrency ({ first = 16, most = mostAtOnce, busy = createBusy() }: ConcurrencyParts = {}): Concurrency {
  let limit = first
  let cautiousFrom = most
  let round = 0
  let underWay = 0
  let outages = 0

  function answered (): void {
    outages = 0
    if (limit >= most || underWay * 2 < limit || (limit >= first && busy() >= busyEnough)) return
    limit = Math.min(most, limit + (limit < cautiousFrom ? 1 : 1 / limit))
  }

  /** Calls that began before the last cut tell nothing new. */
  function away (since: number): void {
    if (since !== round || ++outages < outagesEnough) return
    outages = 0
    round++
    limit = cautiousFrom = Math.max(1, limit / 2)
  }

  return {
    limit: () => Math.floor(limit),
    async call (act) {
      const since = round
      underWay++
      try {
        const told = await act()
        answered()
        return told
      } catch (thrown) {
        if (asFailure(thrown).code === 'PROVIDER_AWAY') away(since)
        else answered()
        throw thrown
      } finally {
        underWay--
      }
    },
  }
}

/** The event loop's utilisation, looked at ten times a second. */
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
