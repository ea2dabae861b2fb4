import type { Delivery } from './delivery/delivery.ts'
import { asFailure } from './domain/failure.ts'
import type { Journal } from './journal/journal.ts'
import type { Health, OpenProvider } from './providers/provider.ts'
import type { Publisher } from './publisher/publisher.ts'

export interface ReadinessParts {
  readonly journal: Pick<Journal, 'check'>
  readonly delivery: Pick<Delivery, 'idleFor'>
  readonly publisher: Pick<Publisher, 'health'>
  readonly providers: readonly Pick<OpenProvider, 'name' | 'health'>[]
  readonly isClosing: () => boolean
}

/** Milliseconds without a look for work after which delivery stands still. */
const stuckAfter = 30_000

/** What readiness says of each part. */
export async function look ({ journal, delivery, publisher, providers, isClosing }: ReadinessParts): Promise<{ [part: string]: Health }> {
  return {
    ...isClosing() ? { process: { status: 'failing', reason: 'shutting down' } } : {},
    journal: await journal.check().then(() => ({ status: 'ok' as const }), (thrown: unknown) => ({ status: 'failing' as const, reason: asFailure(thrown).reason })),
    delivery: delivery.idleFor() < stuckAfter ? { status: 'ok' } : { status: 'failing', reason: 'no look for work in 30 s' },
    broker: publisher.health(),
    ...Object.fromEntries(providers.map(provider => [provider.name, provider.health()])),
  }
}
