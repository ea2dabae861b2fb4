import { Failure } from '../domain/failure.ts'
import type { Limit } from './token.ts'

export interface LimitParts {
  /** `RATE_LIMIT_PER_MINUTE`: token requests of one address; of one client there, a quarter of it. */
  readonly perMinute: number
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** How many are remembered at most: whoever asked longest ago is forgotten first. */
  readonly most?: number
}

interface Bucket { readonly left: number, readonly at: number }

const minute = 60_000

/** Token buckets, of bounded number. The client is what the assertion says, so it counts beside its address only: nobody locks another out. */
export function createLimit ({ perMinute, now = Date.now, most = 20_000 }: LimitParts): Limit {
  const buckets = new Map<string, Bucket>() // in the order of their last use

  function take (name: string, size: number): void {
    const time = now()
    const { left, at } = buckets.get(name) ?? { left: size, at: time }
    const full = Math.min(size, left + (time - at) * size / minute)
    buckets.delete(name)
    buckets.set(name, { left: full < 1 ? full : full - 1, at: time })
    const [oldest] = buckets.size > most ? buckets.keys() : []
    if (oldest !== undefined) buckets.delete(oldest)
    if (full < 1) throw new Failure('RATE_LIMITED', { reason: 'too many token requests', retryAfter: Math.ceil((1 - full) * minute / size) })
  }

  return function limit (client, address) {
    take(address, perMinute)
    take(JSON.stringify([address, client]), Math.max(1, Math.floor(perMinute / 4)))
  }
}
