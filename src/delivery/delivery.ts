import type { Callback } from '../domain/callback.ts'
import { traceIdOf } from '../domain/traceparent.ts'
import type { Journal } from '../journal/journal.ts'
import type { Keeping } from '../journal/keeping.ts'
import type { OpenProvider } from '../providers/provider.ts'
import type { Publisher } from '../publisher/publisher.ts'
import type { Registrations } from '../registrations/registrations.ts'
import { createBackoff } from './backoff.ts'
import { createBreaker, type BreakerState } from './breaker.ts'
import { createConcurrency } from './concurrency.ts'
import { createEventValidators, type EventValidators } from './event-validators.ts'
import type { DeliveryLog } from './log.ts'
import { createPacedFetch } from './paced-fetch.ts'
import { createClear, createPublish, traceOf } from './publish.ts'
import { createReschedule } from './reschedule.ts'
import { createResolve } from './resolve.ts'
import { createRetention } from './retention.ts'
import { startSweep, type Timers } from './sweep.ts'
import { createToEvent } from './to-event.ts'

export interface DeliveryParts {
  readonly providers: readonly OpenProvider[]
  readonly journal: Journal & Pick<Keeping, 'forget'>
  readonly registrations: Pick<Registrations, 'forget'>
  readonly publisher: Publisher
  readonly source: string
  readonly topicPrefix: string
  readonly expirySeconds: number
  readonly maxAttempts: number
  /** Hours that payloads are kept after their end. */
  readonly retentionHours: number
  readonly subscriberOf: (provider: string, key: string) => Promise<string>
  /** `RATE_LIMIT_PER_MINUTE`: keys that a provider does not know, while others wait that nobody registered. Default: no limit. */
  readonly unknownPerMinute?: number
  readonly log: DeliveryLog
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly timers?: Timers
  /** From 0 to 1, for the backoff. */
  readonly random?: () => number
  readonly newId?: () => string
  /** Default: compiled from what the providers declare. */
  readonly validators?: EventValidators
}

export interface Delivery {
  /** Milliseconds since the slowest sweep last looked for work. */
  idleFor (): number
  /** The circuit breaker of each provider, by its name. */
  breakers (): { readonly [provider: string]: BreakerState }
  /** How many results each provider may be asked for at once now, by its name. */
  limits (): { readonly [provider: string]: number }
  /** First no more results are asked for, then no more events are taken up. */
  stop (): Promise<void>
}

/** Events that are published or then marked at once: what the broker takes is less, mostly. */
const eventsAtOnce = 256

/** One sweep for each provider, so that a dead one holds up no other; one for events, one for expired topics, one for what is over its time. */
export function startDelivery (parts: DeliveryParts): Delivery {
  const { providers, journal, registrations, publisher, source, topicPrefix, expirySeconds, maxAttempts, retentionHours, subscriberOf, log } = parts
  const { now = Date.now, timers, random = Math.random, newId, validators = createEventValidators(providers), unknownPerMinute = Number.MAX_SAFE_INTEGER } = parts
  const isRegistered = async ({ provider, key }: Callback) => await subscriberOf(provider, key) !== 'default'
  const timing = { now, log, ...timers === undefined ? {} : { timers } }
  const toEvent = createToEvent({ source, topicPrefix, validators, now, ...newId === undefined ? {} : { newId } })
  const patience = { maxAttempts, backoff: createBackoff({ random }), outageBackoff: createBackoff({ cap: 60_000, random }), now, log }
  const putOff = createReschedule({ reschedule: journal.reschedule, bury: journal.bury, idsOf: ({ entry }) => ({ entryId: entry.id, traceId: traceIdOf(entry.callback.traceparent) }), ...patience })
  const putOffEvent = createReschedule({
    reschedule: journal.rescheduleEvent,
    bury: journal.buryEvent,
    idsOf: ({ entryId, event }) => ({ entryId, ...traceOf(event), eventId: event.id }),
    ...patience,
  })

  const breakers = new Map(providers.map(({ name }) => [name, createBreaker({ now })]))
  const concurrencies = new Map(providers.map(({ name, atOnce }) => [name, createConcurrency({ now, ...atOnce === undefined ? {} : { most: atOnce } })]))
  const resolving = providers.map(provider => {
    const breaker = breakers.get(provider.name)!
    const concurrency = concurrencies.get(provider.name)!
    const asking = { fetchResult: (...asked: Parameters<typeof provider.fetchResult>) => concurrency.call(() => provider.fetchResult(...asked)) }
    const fetchResult = createPacedFetch({ provider: asking, isRegistered, perMinute: unknownPerMinute, now })
    const resolve = createResolve({ provider: { ...provider, fetchResult }, breaker, journal, toEvent, subscriberOf, topicPrefix, putOff, now, log })
    return startSweep({ name: provider.name, room: underWay => breaker.capacity(concurrency.limit()) - underWay, claim: limit => journal.claim(provider.name, limit), renew: journal.renew, work: (claim, signal) => concurrency.work(() => resolve(claim, signal)), ...timing })
  })
  const publish = createPublish({ publisher, journal, putOff: putOffEvent, expirySeconds, now, log })
  const publishing = startSweep({ name: 'publish', room: underWay => Math.min(publisher.capacity(), eventsAtOnce - underWay), claim: journal.claimEvents, renew: journal.renewEvents, work: publish, ...timing })
  const clearing = startSweep({ name: 'clear', room: underWay => publisher.health().status === 'ok' ? 8 - underWay : 0, claim: journal.claimExpired, work: createClear({ publisher, journal, log }), every: 5000, ...timing })
  const retaining = startSweep({ name: 'retention', room: underWay => 1 - underWay, claim: createRetention({ journal, registrations, retentionHours, now }), work: async () => undefined, every: 60_000, ...timing })

  journal.onAppended(() => { for (const sweep of resolving) sweep.wake() })
  journal.onRecorded(publishing.wake)
  publisher.onReady(publishing.wake)

  return {
    idleFor: () => Math.max(...[...resolving, publishing].map(sweep => sweep.idleFor())),
    breakers: () => Object.fromEntries([...breakers].map(([name, { state }]) => [name, state()])),
    limits: () => Object.fromEntries([...concurrencies].map(([name, { limit }]) => [name, limit()])),
    async stop () {
      await Promise.all(resolving.map(sweep => sweep.stop()))
      await Promise.all([publishing.stop(), clearing.stop(), retaining.stop()])
    },
  }
}
