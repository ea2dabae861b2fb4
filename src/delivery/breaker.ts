import { asFailure, Failure } from '../domain/failure.ts'

export interface BreakerParts {
  /** Outages in a row that open it. */
  readonly threshold?: number
  /** Milliseconds that it stays open before one probe is let through. */
  readonly openFor?: number
  readonly now?: () => number
}

export type BreakerState = 'closed' | 'open' | 'half-open'

export interface Breaker {
  /** How many calls may start now of `most`: all, none, or the one probe. */
  capacity (most: number): number
  /** Runs a call; throws `PROVIDER_AWAY` without calling while open. */
  call<T> (act: () => Promise<T>): Promise<T>
  readonly state: () => BreakerState
}

/** One for each upstream: a dead one costs one probe at a time, and holds up nobody else. */
export function createBreaker ({ threshold = 5, openFor = 5000, now = Date.now }: BreakerParts = {}): Breaker {
  let openedAt: number | undefined
  let outages = 0 // in a row
  let probing = false

  function capacity (most: number): number {
    if (openedAt === undefined) return most
    return probing || now() - openedAt < openFor ? 0 : Math.min(most, 1)
  }

  async function call<T> (act: () => Promise<T>): Promise<T> {
    if (capacity(1) === 0) throw new Failure('PROVIDER_AWAY', { reason: 'Not asked: the provider has been away.' })
    const isProbe = openedAt !== undefined
    if (isProbe) probing = true
    try {
      const told = await act()
      answered(isProbe)
      return told
    } catch (thrown) {
      if (isOutage(thrown)) failed(isProbe)
      else answered(isProbe)
      throw thrown
    } finally {
      if (isProbe) probing = false
    }
  }

  /** What began before it opened tells nothing of now: while it is open, only the probe counts. */
  function answered (isProbe: boolean): void {
    if (openedAt !== undefined && !isProbe) return
    openedAt = undefined
    outages = 0
  }

  function failed (isProbe: boolean): void {
    if (isProbe || (openedAt === undefined && ++outages >= threshold)) openedAt = now()
  }

  return { capacity, call, state: () => openedAt === undefined ? 'closed' : probing ? 'half-open' : 'open' }
}

/** Refused credentials are none: a provider refuses with the same words what belongs to another client, and whoever sends such keys must not hold up the others. */
function isOutage (thrown: unknown): boolean {
  return asFailure(thrown).code === 'PROVIDER_AWAY'
}
