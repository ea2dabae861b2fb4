import { asFailure } from '../domain/failure.ts'
import { mostAtOnce } from '../providers/provider.ts'

export interface ConcurrencyParts {
  /** Pieces of work at once to begin with, and at most. */
  readonly first?: number
  readonly most?: number
  /** Which share of its time the process is at work, from 0 to 1. */
  readonly busy?: () => number
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

export interface Concurrency {
  /** How many pieces of work may be under way; none while the provider wants patience. */
  limit (): number
  /** Runs a piece of work, in which the provider is called. */
  work<T> (act: () => Promise<T>): Promise<T>
  /** Runs the call, and learns from how it ends. */
  call<T> (act: () => Promise<T>): Promise<T>
}

/** From then on there is no time for more results; from then on there are more than are needed, and all else waits for them. */
const busyEnough = 0.8
const tooBusy = 0.95

/** By how much the limit falls with each answer then: slowly, since it is the process's load that tells, and that is measured over a tenth of a second. */
const fallsBy = 0.05

/** Outages in a row, or limits, that tell of the provider and not of one of its keys. */
const enough = 2

/** Milliseconds, where one that takes less than one at once does not say how long it wants to be left alone. */
const ownPatience = 100

/** Milliseconds. A provider that asks for more patience is looked at meanwhile: it may have meant some of its keys. */
const longestPatience = 5000

/** Milliseconds after which a cut says nothing any more of how many are too many. */
const memory = 60_000

/**
 * How many results one provider is asked for at once: one that is far away needs many, one that is next door few. More while it answers, most of
 * what may be under way is, and the process has time left. Half as many when it is away (`PROVIDER_AWAY`, twice in a row), but no fewer than at first;
 * half as many, down to one, with each round in which it limits us (`PROVIDER_LIMITED`), and none for as long as it said, if it says so twice in a
 * row. It grows quickly up to where it was cut in the last minute, and slowly after that, as TCP's window does (RFC 5681 §3.1). While the process has
 * no time left at all, it falls slowly to where it began: what a moment of rest let grow would make all else wait.
 */
export function createConcurrency ({ first = 16, most = mostAtOnce, busy = createBusy(), now = Date.now }: ConcurrencyParts = {}): Concurrency {
  let limit = Math.min(first, most)
  let cautiousFrom = most
  let patientUntil = 0
  let round = 0
  let underWay = 0
  let outages = 0 // in a row
  let limits = 0 // in a row
  let cutAt = 0
  let hasAnswered = false // since the last cut: an outage that goes on tells nothing of how many are too many

  function answered (): void {
    limits = 0
    hasAnswered = true
    const share = busy()
    if (limit > first && share >= tooBusy) limit = Math.max(first, limit - fallsBy)
    if (limit >= most || underWay * 2 < limit || (limit >= first && share >= busyEnough)) return
    const isCautious = limit >= cautiousFrom && now() - cutAt < memory
    limit = Math.min(most, limit + (isCautious ? 1 / limit : 1))
  }

  function missed ({ code, retryAfter }: { readonly code: string, readonly retryAfter?: number | undefined }, since: number): void {
    if (code !== 'PROVIDER_AWAY') outages = 0
    if (code === 'KEY_UNKNOWN') answered()
    if (code === 'PROVIDER_LIMITED') {
      const own = limit < 2 && since === round ? ownPatience : 0
      const theirs = ++limits >= enough ? Math.min(retryAfter ?? 0, longestPatience) : 0
      patientUntil = Math.max(isPatient() ? patientUntil : 0, now() + Math.max(own, theirs))
      cut(since, 1)
    }
    if (code === 'PROVIDER_AWAY' && since === round && ++outages >= enough) cut(since, first)
  }

  /** Calls that began before the last cut tell nothing new. */
  function cut (since: number, least: number): void {
    if (since !== round) return
    outages = 0
    round++
    cutAt = now()
    limit = Math.max(Math.min(limit, least), limit / 2)
    if (hasAnswered) cautiousFrom = limit
    hasAnswered = false
  }

  /** Not for longer where the clock was set back. */
  function isPatient (): boolean {
    const left = patientUntil - now()
    return left > 0 && left <= longestPatience
  }

  return {
    limit: () => isPatient() ? 0 : Math.floor(limit),
    async work (act) {
      underWay++
      try {
        return await act()
      } finally {
        underWay--
      }
    },
    async call (act) {
      const since = round
      try {
        const told = await act()
        outages = 0
        answered()
        return told
      } catch (thrown) {
        missed(asFailure(thrown), since)
        throw thrown
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
