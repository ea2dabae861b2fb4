import type { Keeping } from '../journal/keeping.ts'
import type { Registrations } from '../registrations/registrations.ts'

export interface RetentionParts {
  readonly journal: Pick<Keeping, 'forget'>
  readonly registrations: Pick<Registrations, 'forget'>
  readonly retentionHours: number
  readonly now: () => number
}

const hour = 3_600_000
/** Milliseconds that a tombstone stays longer than its payload. */
const tombstones = 30 * 24 * hour
const batch = 200

/** Lets leave what is over its time, a batch at a time; gives what a sweep claims: something while there may be more. */
export function createRetention ({ journal, registrations, retentionHours, now }: RetentionParts): () => Promise<number[]> {
  return async function retain () {
    const payloads = now() - retentionHours * hour
    const entries = await journal.forget({ payloads, tombstones: payloads - tombstones, limit: batch })
    const expired = await registrations.forget(now())
    return entries >= batch || expired > 0 ? [entries + expired] : []
  }
}
