import { asFailure } from '../domain/failure.ts'
import { traceparentIn } from '../domain/traceparent.ts'
import type { Publisher } from '../publisher/publisher.ts'
import type { StartSpan } from './span.ts'

export interface TracedPublisherParts {
  readonly start: StartSpan
  readonly topicPrefix: string
}

/** The publisher, with a span for each publish, below the request that the event came of. An event in another's form carries no trace. */
export function tracedPublisher (publisher: Publisher, { start, topicPrefix }: TracedPublisherParts): Publisher {
  const template = `${topicPrefix}/{subscriber}/{provider}/{key}` // the topic itself names the key
  const constant = { 'messaging.system': 'mqtt', 'messaging.operation.name': 'publish', 'messaging.operation.type': 'send', 'messaging.destination.template': template }
  return {
    ...publisher,
    async publish (event, expiresAt) {
      const parent = traceparentIn(event.payload)
      const span = parent === undefined ? undefined : start(`publish ${template}`, 'producer', parent, { ...constant, 'messaging.message.id': event.id, 'callback_receiver.event.type': event.type })
      if (span === undefined) return publisher.publish(event, expiresAt)
      try {
        const published = await publisher.publish(event, expiresAt)
        span.end({ 'messaging.mqtt.reason_code': published.reasonCode })
        return published
      } catch (thrown) {
        const { code, reason } = asFailure(thrown)
        span.end({ 'error.type': code }, reason)
        throw thrown
      }
    },
  }
}
