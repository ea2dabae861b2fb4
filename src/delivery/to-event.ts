import { randomUUID } from 'node:crypto'
import type { Callback } from '../domain/callback.ts'
import type { AlsoDraft, AuthorizationEvent, EventDraft, RecordedEvent } from '../domain/event.ts'
import { Failure } from '../domain/failure.ts'
import { topicLevel, topicOf } from '../domain/topic.ts'
import type { EventValidators } from './event-validators.ts'

export interface ToEventParts {
  /** `PUBLIC_URL`, or `urn:callback-receiver`. */
  readonly source: string
  readonly topicPrefix: string
  readonly validators: EventValidators
  readonly now?: () => number
  readonly newId?: () => string
}

/** Turns a provider's draft into the CloudEvent that is recorded. Throws `EVENT_INVALID` if it does not meet its own schema. */
export function createToEvent ({ source, topicPrefix, validators, now = Date.now, newId = randomUUID }: ToEventParts) {
  return function toEvent (callback: Callback, draft: EventDraft, subscriber: string): RecordedEvent {
    const event: AuthorizationEvent = {
      specversion: '1.0',
      id: newId(),
      source,
      type: `callbacks.${callback.provider}.${draft.status}.v1`,
      subject: callback.key,
      time: new Date(now()).toISOString(),
      datacontenttype: 'application/json',
      traceparent: callback.traceparent,
      data: draft.data,
    }
    const fault = validators.faultOf(callback.provider, draft.status, draft.data)
    if (fault !== undefined) throw new Failure('EVENT_INVALID', { reason: `${event.type}: ${fault}` })
    return { id: event.id, type: event.type, topic: topicOf({ topicPrefix, subscriber, provider: callback.provider, key: callback.key }), payload: JSON.stringify(event) }
  }
}

/** An event in another's own form, ready to be recorded before the one that it repeats. */
export function toAlsoEvent ({ type, topic, payload }: AlsoDraft, newId: () => string = randomUUID): RecordedEvent {
  return { id: newId(), type, topic: topic.map(topicLevel).join('/'), payload: JSON.stringify(payload) }
}
