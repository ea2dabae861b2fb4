import type { JsonObject } from './callback.ts'

export const eventStatuses = ['completed', 'failed', 'pending', 'credentials-required'] as const
export type EventStatus = (typeof eventStatuses)[number]

/** What is published: CloudEvents 1.0, structured JSON. */
export interface AuthorizationEvent {
  readonly specversion: '1.0'
  /** Stable over retries: a subscriber drops repeats by it. */
  readonly id: string
  /** `PUBLIC_URL`, or `urn:callback-receiver` without one. */
  readonly source: string
  /** `callbacks.<provider>.<status>.v1` */
  readonly type: string
  /** The key. */
  readonly subject: string
  /** RFC 3339: when the event was recorded. */
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly traceparent: string
  readonly data: JsonObject
}

/** What a provider wants said of a key, before it has an id, a topic and a time. */
export interface EventDraft {
  readonly status: EventStatus
  /** True for the key's last word: after it nothing follows. */
  readonly final: boolean
  /** Two drafts of one gist say the same: of two in a row, the second is not published. */
  readonly gist: string
  readonly data: JsonObject
  /** The same said once more in another's own form, published just before the event. */
  readonly also?: AlsoDraft
}

/** An event in a form that is not ours, on a topic that is not the key's. */
export interface AlsoDraft {
  readonly type: string
  /** The topic's levels, as texts: each is made safe. */
  readonly topic: readonly string[]
  readonly payload: JsonObject
}

/** An event as the journal keeps it, ready to be published as it stands. */
export interface RecordedEvent {
  readonly id: string
  readonly type: string
  readonly topic: string
  /** The payload's text, never parsed again on its way out. */
  readonly payload: string
}
