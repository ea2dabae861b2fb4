import { randomUUID } from 'node:crypto'
import type { Callback } from '../../domain/callback.ts'
import { asFailure } from '../../domain/failure.ts'
import { traceIdOf } from '../../domain/traceparent.ts'
import type { Journal } from '../../journal/journal.ts'
import type { OpenProvider } from '../../providers/provider.ts'
import type { Entered } from '../../providers/visits.ts'
import type { Visit } from './handle.ts'

export interface SubmitParts {
  readonly provider: Pick<OpenProvider, 'name'> & { readonly visits: Pick<NonNullable<OpenProvider['visits']>, 'enter' | 'stepIn'> }
  readonly journal: Pick<Journal, 'append'>
  readonly log: { info (fields: object, text: string): void, warn (fields: object, text: string): void }
}

export interface Submission {
  readonly visit: Visit
  readonly entered: { readonly [name: string]: string }
  readonly traceparent: string
}

/** Where the user goes on: to another place of the visit, or away. */
export type Onward = { readonly visit: Visit } | { readonly url: string }

/** Milliseconds that a user is kept waiting for the provider. */
const patience = 8_000

/**
 * What the user entered goes to the provider once, and nowhere else. The journal knows beforehand that something was sent, so a second
 * submission of the page is recognised, in any replica and after a crash; then the result tells.
 */
export function createSubmit ({ provider, journal, log }: SubmitParts) {
  const { name, visits } = provider
  const append = appendOf(journal)

  return async function submit ({ visit, entered, traceparent }: Submission): Promise<Onward> {
    const { entryId, key, tries } = visit
    const submission = `${entryId}/${tries}`
    const standIn = (parameters: object) => append({ provider: name, channel: 'back', key, parameters: { ...parameters, submission }, traceparent })
    const { isNew } = await standIn({})
    if (!isNew) return { visit: sent(visit) }
    try {
      const answer = await visits.enter(key, entered, AbortSignal.timeout(patience))
      const kept = await standIn(answer.parameters) // the result is asked for at once
      log.info({ entryId, traceId: traceIdOf(traceparent), provider: name, next: answer.next, tries }, 'entry handed on')
      return onwardOf(visit, answer, kept.id)
    } catch (thrown) {
      const { code, reason } = asFailure(thrown)
      log.warn({ entryId, traceId: traceIdOf(traceparent), provider: name, code, reason, tries }, 'entry not handed on')
      return { visit: { ...visit, tries: tries + 1, notice: code === 'RESULT_REFUSED' ? 'again' : 'unsent' } }
    }
  }

  function onwardOf (visit: Visit, { next, redirectUrl, parameters }: Entered, entryId: string): Onward {
    const { key, tries } = visit
    if (next === 'redirect' && redirectUrl !== undefined) return { url: redirectUrl }
    if (next === 'again') return { visit: { ...visit, tries: tries + 1, notice: 'again' } }
    if (next === 'cancelled') return { visit: { entryId, key, phase: 'cancelled', tries: 0 } }
    const step = next === 'step' ? visits.stepIn(parameters) : undefined
    return { visit: step === undefined ? sent(visit) : { entryId, key, phase: 'enter', tries: 0, mark: step.mark } }
  }
}

/** The same for a company's own app, whose every call is one of its own. Throws what the provider's `enter` throws. */
export function createHandOn ({ provider, journal }: Omit<SubmitParts, 'log'>) {
  const append = appendOf(journal)
  return async function handOn (key: string, entered: { readonly [name: string]: string }, traceparent: string): Promise<Entered> {
    const answer = await provider.visits.enter(key, entered, AbortSignal.timeout(patience))
    await append({ provider: provider.name, channel: 'back', key, parameters: { ...answer.parameters, submission: randomUUID() }, traceparent })
    return answer
  }
}

/** Nobody called: the entry stands for what the user did, and its result is asked for at once. */
function appendOf (journal: Pick<Journal, 'append'>) {
  return (callback: Callback) => journal.append(callback, { due: Date.now() })
}

function sent ({ entryId, key }: Visit): Visit {
  return { entryId, key, phase: 'sent', tries: 0 }
}
