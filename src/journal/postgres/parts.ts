import { arrayOf } from '../../database/postgres/array-of.ts'
import type { PostgresDatabase } from '../../database/postgres.ts'
import type { Clock } from '../../database/postgres/clock.ts'
import type { Fingerprint } from '../fingerprint.ts'

/** How long a claim is held, in milliseconds. */
export const lease = 10_000

/** That nobody holds a row now. What is held stays due, so that to hold it writes no index: few are held at once. */
export const isFree = '(NOT held OR coalesce(leased_until, 0) <= (SELECT at FROM now))'

/** What the acts of the PostgreSQL journal are given; each names what it uses. */
export interface PostgresParts {
  readonly database: Pick<PostgresDatabase, 'run' | 'commit' | 'transact' | 'seal'>
  readonly clock: Clock
  readonly fingerprintOf: Fingerprint
  /** Wakes this replica, and says it to the others. */
  readonly wakeAppended: () => void
  readonly wakeRecorded: () => void
}

/** What a key's gist is bound to. */
export function gistName (provider: string, key: string): string {
  return `${provider} ${key}`
}

/** One array for each member of rows that are all alike, as `unnest` takes them. */
export function columns<R extends object> (rows: readonly R[], ...names: readonly (keyof R)[]): (Buffer | string)[] {
  return names.map(name => arrayOf(rows.map(row => row[name])))
}

/** Each key once, sorted, as every act takes them: two replicas with the same ones wait for each other, and never in a ring. */
export function inOrder<K extends { readonly provider: string, readonly key: string }> (rows: readonly K[]): K[] {
  const keys = new Map(rows.map(row => [`${row.provider} ${row.key}`, row]))
  return [...keys].toSorted(([a], [b]) => a < b ? -1 : 1).map(([, row]) => row)
}
