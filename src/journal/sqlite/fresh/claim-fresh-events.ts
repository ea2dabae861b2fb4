import type { EventClaim } from '../../journal.ts'
import { eventName, type SqliteParts } from '../parts.ts'
import { nextEventOf } from './fresh.ts'

/** The next events of fresh keys, as claims, until there are `limit` of them. */
export function createClaimFreshEvents ({ eventLeases, freshKeys }: Pick<SqliteParts, 'eventLeases' | 'freshKeys'>) {
  return function takeFresh (limit: number, claims: EventClaim[]): void {
    while (claims.length < limit) {
      const fresh = freshKeys.told.take()
      const next = fresh && nextEventOf(fresh)
      if (fresh === undefined || next === undefined) return
      const { provider, key, seq: entry, id: entryId, told } = fresh
      const attempt = eventLeases.take(eventName(next.event), next.attempt, { seq: next.seq, entry, provider, key })
      freshKeys.hold(fresh, 'sent', eventLeases.until())
      claims.push({ event: next.event, entryId, recordedAt: told!.at, attempt, failures: 0, streak: 0 })
    }
  }
}
