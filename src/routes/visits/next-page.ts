import type { Registration } from '../../domain/registration.ts'
import type { Trouble } from '../../providers/operation.ts'
import type { OpenProvider } from '../../providers/provider.ts'
import type { Step } from '../../providers/visits.ts'
import type { Notice, Page } from '../pages/texts.ts'
import type { Visit } from './handle.ts'
import type { LastWord } from './last-word.ts'
import { onwardUrlOf } from './onward-url.ts'

/** What a user who waits is shown now. `watch`: the page is left as soon as there is something new. */
export type NextPage =
  | { readonly kind: 'onward', readonly url: string }
  | { readonly kind: 'page', readonly page: Page, readonly watch: boolean }
  | { readonly kind: 'form', readonly step: Step, readonly notice?: Notice }
  | { readonly kind: 'confirm', readonly step: Step }

export interface Standing {
  readonly visit: Visit
  readonly expired: boolean
  /** Milliseconds since 1970: when the handle was made. */
  readonly since: number
  readonly word: LastWord | undefined
  readonly registration: Registration | undefined
  readonly provider: Pick<OpenProvider, 'troubleIn' | 'visits'>
}

/**
 * The provider's word decides. Nothing is shown of what the browser brought before the provider itself said that the request is
 * open: only then is there an event that asks for this very step.
 */
export function nextPageOf ({ visit, expired, since, word, registration, provider }: Standing): NextPage {
  const ended = endOf(word, since, provider) ?? (visit.phase === 'cancelled' ? 'cancelled' : undefined)
  if (ended !== undefined) {
    const url = registration?.returnUrl
    const status = ended === 'completed' ? 'completed' : 'failed'
    return url === undefined ? { kind: 'page', page: ended, watch: false } : { kind: 'onward', url: onwardUrlOf(url, { status, key: visit.key }) }
  }
  if (expired) return { kind: 'page', page: visit.phase === 'enter' ? 'gone' : 'pending', watch: false }
  const step = stepFor(visit, word, provider)
  if (step === undefined) return { kind: 'page', page: waitingPages[visit.phase], watch: true }
  if (!hasInput(step)) return { kind: 'confirm', step }
  return { kind: 'form', step, ...visit.notice && { notice: visit.notice } }
}

const waitingPages: { readonly [phase in Visit['phase']]: Page } = { landed: 'received', enter: 'waiting', sent: 'sent', cancelled: 'cancelled' }

/** The step that the user came for, once the provider asks for it too. */
export function stepFor ({ phase, mark }: Visit, word: LastWord | undefined, { visits }: Pick<OpenProvider, 'visits'>): Step | undefined {
  if (phase !== 'enter' || word?.status !== 'credentials-required') return undefined
  const step = visits?.stepIn(word.data)
  return step?.mark === mark ? step : undefined
}

export function hasInput ({ parts }: Step): boolean {
  return parts.some(({ kind }) => kind === 'input' || kind === 'choice')
}

/** A failure that the provider has not confirmed ends nothing that began after it. */
function endOf (word: LastWord | undefined, since: number, { troubleIn }: Pick<OpenProvider, 'troubleIn'>): 'completed' | Trouble | undefined {
  if (word?.status === 'completed') return 'completed'
  if (word?.status !== 'failed' || (word.data.confirmed === false && word.time < since)) return undefined
  return troubleIn?.(word.data) ?? 'failed'
}
