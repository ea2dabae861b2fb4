/** Milliseconds; full jitter around 1, 2, 4 … s: a crowd that failed together does not come back together. */
export interface BackoffParts {
  readonly base?: number
  readonly cap?: number
  readonly random?: () => number
}

/** Gives the delay before the try that follows `streak` failed ones (1 or more). */
export function createBackoff ({ base = 1000, cap = 15 * 60_000, random = Math.random }: BackoffParts = {}) {
  return function backoff (streak: number): number {
    const ceiling = Math.min(cap, 2 * base * 2 ** Math.min(streak - 1, 30))
    return Math.round(random() * ceiling)
  }
}
