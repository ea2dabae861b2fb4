import type { JsonObject } from '../../domain/callback.ts'
import type { AuthorizationEvent, EventStatus } from '../../domain/event.ts'
import type { Journal } from '../../journal/journal.ts'

export interface LastWord {
  readonly status: EventStatus
  readonly data: JsonObject
  /** Milliseconds since 1970. */
  readonly time: number
}

/** What was last recorded of a key, published or not: the provider's own word, which no browser can forge. */
export async function lastWordOf (journal: Pick<Journal, 'lastEvent'>, provider: string, key: string): Promise<LastWord | undefined> {
  const event = await journal.lastEvent(provider, key)
  const [, status] = /^callbacks\.[^.]+\.([a-z-]+)\.v1$/.exec(event?.type ?? '') ?? []
  if (event === undefined || status === undefined) return undefined
  const { data, time } = JSON.parse(event.payload) as AuthorizationEvent
  return { status: status as EventStatus, data, time: Date.parse(time) }
}
