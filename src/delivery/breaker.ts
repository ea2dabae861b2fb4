import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen, isBrokenCircuitError } from 'cockatiel'
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
  const policy = circuitBreaker(handleWhen(isOutage), { halfOpenAfter: openFor, breaker: new ConsecutiveBreaker(threshold) })
  let openedAt = 0
  let probing = false
  policy.onBreak(() => { openedAt = now() })

  async function call<T> (act: () => Promise<T>): Promise<T> {
    const isProbe = policy.state !== CircuitState.Closed
    if (isProbe) probing = true
    try {
      return await policy.execute(act)
    } catch (thrown) {
      throw isBrokenCircuitError(thrown) ? new Failure('PROVIDER_AWAY', { reason: 'Not asked: the provider has been away.' }) : thrown
    } finally {
      if (isProbe) probing = false
    }
  }

  return {
    capacity: most => policy.state === CircuitState.Closed ? most : probing || now() - openedAt < openFor ? 0 : 1,
    call,
    state: () => policy.state === CircuitState.Closed ? 'closed' : policy.state === CircuitState.HalfOpen ? 'half-open' : 'open',
  }
}

/** Refused credentials are none: a provider refuses with the same words what belongs to another client, and whoever sends such keys must not hold up the others. */
function isOutage (thrown: unknown): boolean {
  return asFailure(thrown).code === 'PROVIDER_AWAY'
}
