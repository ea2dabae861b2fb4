/** What is published: CloudEvents 1.0, structured JSON. */
export interface SubscriberEvent {
  readonly specversion: '1.0'
  /** Stable over retries. */
  readonly id: string
  readonly source: string
  /** `callbacks.<provider>.<status>.v1` */
  readonly type: string
  /** The key. */
  readonly subject: string
  /** RFC 3339. */
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly traceparent: string
  readonly data: { readonly [name: string]: unknown }
}

/** Nothing for what is no event, such as the empty payload that clears a topic. */
export function eventIn (payload: Uint8Array): SubscriberEvent | undefined {
  try {
    const event = JSON.parse(new TextDecoder().decode(payload)) as Partial<SubscriberEvent> | null
    return typeof event?.id === 'string' && typeof event.type === 'string' ? event as SubscriberEvent : undefined
  } catch {
    return undefined
  }
}

/** `completed`, `failed`, `pending` or `credentials-required`. */
export function statusOf ({ type }: Pick<SubscriberEvent, 'type'>): string {
  return type.split('.')[2] ?? ''
}
