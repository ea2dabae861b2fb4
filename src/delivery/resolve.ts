import type { EventDraft, RecordedEvent } from '../domain/event.ts'
import type { Callback } from '../domain/callback.ts'
import { asFailure } from '../domain/failure.ts'
import { topicOf } from '../domain/topic.ts'
import { traceIdOf } from '../domain/traceparent.ts'
import type { Claim, Journal } from '../journal/journal.ts'
import type { OpenProvider, Verdict } from '../providers/provider.ts'
import type { Breaker } from './breaker.ts'
import type { DeliveryLog } from './log.ts'
import type { Reschedule } from './reschedule.ts'
import { toAlsoEvent } from './to-event.ts'

export interface ResolveParts {
  readonly provider: OpenProvider
  readonly breaker: Breaker
  readonly journal: Pick<Journal, 'recordEvents' | 'release' | 'reroute'>
  readonly toEvent: (callback: Callback, draft: EventDraft, subscriber: string) => RecordedEvent
  readonly subscriberOf: (provider: string, key: string) => Promise<string>
  readonly topicPrefix: string
  readonly putOff: Reschedule<Claim>
  readonly log: DeliveryLog
  readonly now?: () => number
}

/** Entry to recorded events: asks for the result, and records what it means before anybody hears of it. */
export function createResolve ({ provider, breaker, journal, toEvent, subscriberOf, topicPrefix, putOff, log, now = Date.now }: ResolveParts) {
  return async function resolve (claim: Claim, signal: AbortSignal): Promise<void> {
    const { entry, gist, final } = claim
    try {
      if (final) { await journal.recordEvents(claim, { events: [], gist, final }); return }
      const result = await breaker.call(() => provider.fetchResult(entry.callback, signal))
      const verdict = provider.toEvents({ callback: entry.callback, result, age: now() - entry.receivedAt, asks: claim.asks, refusals: claim.refusals })
      await record(claim, verdict)
    } catch (thrown) {
      if (signal.aborted) await journal.release(claim)
      else await putOff(claim, asFailure(thrown))
    }
  }

  async function record (claim: Claim, verdict: Verdict): Promise<void> {
    const { callback } = claim.entry
    const drafts = unsaid(verdict.events, claim.gist)
    const subscriber = drafts.length === 0 ? 'default' : await subscriberOf(callback.provider, callback.key)
    const events = drafts.flatMap(draft => [...draft.also === undefined ? [] : [toAlsoEvent(draft.also)], toEvent(callback, draft, subscriber)]) // the key's own comes last
    const told = {
      events,
      gist: drafts.at(-1)?.gist ?? claim.gist,
      final: drafts.some(draft => draft.final),
      ...verdict.askAgainIn === undefined ? {} : { askAgainAt: now() + verdict.askAgainIn },
    }
    const kept = await journal.recordEvents(claim, told)
    if (!kept) log.warn({ entryId: claim.entry.id, attempt: claim.attempt }, 'claim lost to another')
    else if (events.length > 0) {
      log.info({ entryId: claim.entry.id, traceId: traceIdOf(callback.traceparent), attempt: claim.attempt, events: events.map(({ id, type }) => ({ id, type })) }, 'result recorded')
      if (subscriber === 'default') await followRegistration(callback)
    }
  }

  /** A registration that came while the result was asked for found no event to publish again: whoever is last sees the other. */
  async function followRegistration ({ provider, key }: Callback): Promise<void> {
    const subscriber = await subscriberOf(provider, key)
    if (subscriber !== 'default') await journal.reroute(provider, key, topicOf({ topicPrefix, subscriber, provider, key }))
  }
}

/** The drafts that say something other than what was said just before them. */
function unsaid (drafts: readonly EventDraft[], said: string | undefined): EventDraft[] {
  return drafts.filter((draft, i) => draft.gist !== (i === 0 ? said : drafts[i - 1]?.gist))
}

