export interface Clock {
  /** Parameter `$1` of every statement that reads the clock: null for the database's own. */
  readonly given: () => number | null
  /** Milliseconds from now: replicas differ in what time it is, but not in how long a second takes. */
  until (due: number): number
}

/** Every replica goes by the database's clock; `now` is for tests. */
export function createClock (now?: () => number): Clock {
  const local = now ?? (() => Date.now())
  return {
    given: () => now === undefined ? null : Math.floor(now()),
    until: due => Math.ceil(due - local()),
  }
}

/** The common table expression `now`, with the one column `at`: milliseconds since 1970. */
export const now = 'now AS MATERIALIZED (SELECT coalesce($1::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) AS at)'
