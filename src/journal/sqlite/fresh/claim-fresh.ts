import type { Callback } from '../../../domain/callback.ts'
import type { Claim } from '../../journal.ts'
import type { SqliteParts } from '../parts.ts'
import { isUnreadable } from './fold.ts'
import type { Fresh } from './fresh.ts'

type ClaimFreshParts = Pick<SqliteParts, 'watches' | 'freshKeys' | 'sheets'>

export interface Taken { readonly claims: Claim[], readonly unreadable: { claim: Claim, thrown: unknown }[] }

/** Fresh keys that wait, as claims, until there are `limit` of them. */
export function createClaimFresh ({ watches: { leases, nameOf }, freshKeys, sheets }: ClaimFreshParts) {
  function claimOf ({ provider, key, id, seq, attempt: before, receivedAt, refusal: refusals }: Fresh, callback: Callback): Claim {
    const attempt = leases.take(nameOf(provider, key), before, { seq, news: false })
    return { entry: { id, callback, receivedAt }, attempt, failures: 0, streak: 0, asks: 0, refusals, gist: undefined, final: false }
  }

  return function takeFresh (provider: string, limit: number, { claims, unreadable }: Taken): void {
    const line = freshKeys.waiting(provider)
    while (claims.length < limit) {
      const fresh = line.first()
      if (fresh === undefined) return
      try {
        const callback = fresh.callback ?? sheets.callbackOf(fresh)
        claims.push(claimOf(fresh, callback))
      } catch (thrown) {
        if (!isUnreadable(thrown)) throw thrown // it waits until the disk can be read
        unreadable.push({ claim: claimOf(fresh, unknownOf(provider, fresh.key)), thrown })
      }
      freshKeys.hold(fresh, 'asked', leases.until())
    }
  }
}

/** What is known of a callback that cannot be read. */
export function unknownOf (provider: string, key: string): Callback {
  return { provider, channel: 'back', key, parameters: {}, traceparent: '' }
}
