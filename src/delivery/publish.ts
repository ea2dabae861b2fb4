import type { RecordedEvent } from '../domain/event.ts'
import { asFailure } from '../domain/failure.ts'
import { traceIdOf, traceparentIn } from '../domain/traceparent.ts'
import type { EventClaim, ExpiredTopic, Journal } from '../journal/journal.ts'
import type { Publisher } from '../publisher/publisher.ts'
import type { DeliveryLog } from './log.ts'
import type { Reschedule } from './reschedule.ts'

export interface PublishParts {
  readonly publisher: Publisher
  readonly journal: Pick<Journal, 'markPublished' | 'markCleared'>
  readonly putOff: Reschedule<EventClaim>
  /** Seconds that an event stays retained. */
  readonly expirySeconds: number
  readonly log: DeliveryLog
  readonly now?: () => number
}

/** Event to acknowledged by the broker, and only then marked. */
export function createPublish ({ publisher, journal, putOff, expirySeconds, log, now = Date.now }: PublishParts) {
  return async function publish (claim: EventClaim): Promise<void> {
    const expiresAt = now() + expirySeconds * 1000
    try {
      const { brokerExpires, reasonCode } = await publisher.publish(claim.event, expiresAt)
      const kept = await journal.markPublished(claim, brokerExpires ? undefined : expiresAt)
      const fields = { entryId: claim.entryId, ...traceOf(claim.event), eventId: claim.event.id, type: claim.event.type, attempt: claim.attempt, reasonCode, ageMs: now() - claim.recordedAt }
      if (kept) log.info(fields, 'event published')
      else log.warn(fields, 'event published, its claim lost to another')
    } catch (thrown) {
      await putOff(claim, asFailure(thrown))
    }
  }
}

/** Clears the retained events that a broker without message expiry would keep for ever. */
export function createClear ({ publisher, journal, log }: Pick<PublishParts, 'publisher' | 'journal' | 'log'>) {
  return async function clear (expired: ExpiredTopic): Promise<void> {
    try {
      await publisher.clear(expired.topic)
      await journal.markCleared(expired)
    } catch (thrown) {
      const { code, reason } = asFailure(thrown) // its claim ends by itself, then it is tried again
      log.warn({ eventId: expired.eventId, code, reason }, 'retained event not cleared')
    }
  }
}

/** For the log: the trace that the event is part of. An event in another's form says none. */
export function traceOf ({ payload }: Pick<RecordedEvent, 'payload'>): { readonly traceId?: string } {
  const traceparent = traceparentIn(payload)
  return traceparent === undefined ? {} : { traceId: traceIdOf(traceparent) }
}
