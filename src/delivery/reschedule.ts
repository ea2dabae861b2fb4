import type { Failure } from '../domain/failure.ts'
import type { DeliveryLog } from './log.ts'

/** What came of one failed try: put off, or given up for a person to see. */
export type Reschedule<C> = (claim: C, failure: Failure) => Promise<void>

interface Tried { readonly failures: number, readonly streak: number, readonly attempt: number }

export interface RescheduleParts<C extends Tried> {
  readonly reschedule: (claim: C, due: number, failure: Failure) => Promise<boolean>
  readonly bury: (claim: C, failure: Failure) => Promise<boolean>
  /** Ids for the log. */
  readonly idsOf: (claim: C) => object
  readonly maxAttempts: number
  /** Milliseconds before the next try, for a try that counts and for one that met an outage. */
  readonly backoff: (streak: number) => number
  readonly outageBackoff: (streak: number) => number
  readonly log: DeliveryLog
  readonly now?: () => number
}

export function createReschedule<C extends Tried> ({ reschedule, bury, idsOf, maxAttempts, backoff, outageBackoff, log, now = Date.now }: RescheduleParts<C>): Reschedule<C> {
  return async function putOff (claim, failure) {
    const fields = { ...idsOf(claim), attempt: claim.attempt, code: failure.code, reason: failure.reason, ...failure.code === 'UNEXPECTED' ? { err: failure.cause } : {} }
    const isLast = !failure.retry || (failure.counts && claim.failures + 1 >= maxAttempts)
    if (isLast) {
      await bury(claim, failure)
      log.error(fields, 'given up and buried')
      return
    }
    const delay = (failure.counts ? backoff : outageBackoff)(claim.streak + 1)
    const due = now() + Math.max(delay, failure.retryAfter ?? 0)
    await reschedule(claim, due, failure)
    log.warn({ ...fields, due: new Date(due).toISOString() }, 'put off after a failed try')
  }
}
