import { asFailure } from '../domain/failure.ts'
import type { Publisher } from '../publisher/publisher.ts'
import type { Instruments } from './instruments.ts'

/** The publisher, with each publish counted by what the broker said to it. */
export function measuredPublisher (publisher: Publisher, { publishes }: Pick<Instruments, 'publishes'>): Publisher {
  return {
    ...publisher,
    async publish (event, expiresAt) {
      try {
        const published = await publisher.publish(event, expiresAt)
        publishes.inc({ result: 'acknowledged', reason_code: published.reasonCode })
        return published
      } catch (thrown) {
        const { code, cause } = asFailure(thrown)
        const { reasonCode = 'none' } = (cause ?? {}) as { readonly reasonCode?: number }
        publishes.inc({ result: code, reason_code: reasonCode })
        throw thrown
      }
    },
  }
}
