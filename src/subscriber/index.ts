import { statusOf, type SubscriberEvent } from './event.ts'
import { eventsOf, type EventsParts } from './events.ts'

export { Refused } from './connection.ts'
export { eventsOf, statusOf }
export type { EventsParts, SubscriberEvent }

export interface WaitForParts extends EventsParts {
  readonly provider: string
  readonly key: string
  /** What to wait for. Default: the first event that is an answer, so neither `pending` nor a wallet's failure that it may try again. */
  readonly until?: (event: SubscriberEvent) => boolean
}

/** The event that ends the waiting for a key, also when it was published before. Throws as `eventsOf` does; without a `signal` it waits for ever. */
export async function waitFor ({ until = isAnswer, ...parts }: WaitForParts): Promise<SubscriberEvent> {
  for await (const event of eventsOf(parts)) if (until(event)) return event
  throw new Error('The events ended.') // they do not
}

function isAnswer (event: SubscriberEvent): boolean {
  return statusOf(event) !== 'pending' && event.data.final !== false
}
