import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Callback } from '../domain/callback.ts'
import type { Registration } from '../domain/registration.ts'
import type { Journal } from '../journal/journal.ts'
import type { OpenProvider } from '../providers/provider.ts'
import { languageOf } from './pages/language.ts'
import type { Pages } from './pages/pages.ts'
import { onwardUrlOf } from './visits/onward-url.ts'
import { createHandles, type Handles } from './visits/handle.ts'

export interface ArrivalParts {
  readonly provider: Pick<OpenProvider, 'name' | 'troubleIn' | 'visits'>
  readonly journal: Pick<Journal, 'secretFor'>
  readonly pages: Pages
}

export interface Arrival {
  readonly callback: Callback
  /** The entry's id. */
  readonly id: string
  /** The key's, if it has one. */
  readonly registration: Registration | undefined
}

/**
 * What a person's browser gets once the callback is in the journal: on to the step that the bank wants, on to the app that was
 * registered, or a landing page. What the browser brought chooses words of our own, and decides nothing.
 */
export function createShowArrival ({ provider, journal, pages }: ArrivalParts) {
  const { visits, troubleIn } = provider
  const handles = visits && handlesFor({ provider, journal })

  return function showArrival (request: FastifyRequest, reply: FastifyReply, { callback, id, registration }: Arrival): FastifyReply {
    const { key, parameters } = callback
    const step = visits?.stepIn(parameters)
    const pathOf = (phase: 'enter' | 'landed') => visits && handles && `${visits.pages}/${handles.close({ entryId: id, key, phase, tries: 0, ...step && { mark: step.mark } })}`
    if (step !== undefined && visits?.hosted === true) return reply.redirect(pathOf('enter') ?? '', 303)

    const trouble = troubleIn?.(parameters)
    const status = trouble !== undefined ? 'failed' : step !== undefined ? 'credentials-required' : 'pending'
    if (registration?.returnUrl !== undefined) return reply.redirect(onwardUrlOf(registration.returnUrl, { status, key }), 303)

    const language = languageOf(request.headers['accept-language'])
    const path = trouble === undefined && step === undefined ? pathOf('landed') : undefined // without one, the app goes on
    void reply.type('text/html; charset=utf-8').header('content-security-policy', pages.policy(path === undefined ? undefined : 'watch'))
    return reply.send(pages.show(trouble ?? (path === undefined ? 'returned' : 'received'), language, path === undefined ? undefined : { path, mark: 'page-landed' }))
  }
}

/** The handles of one provider's visits, made with the first of them. */
export function handlesFor ({ provider, journal }: Pick<ArrivalParts, 'journal'> & { readonly provider: Pick<OpenProvider, 'name'> }): Handles {
  let made: Handles | undefined
  const handles = () => made ??= createHandles({ secret: journal.secretFor('visits'), purpose: provider.name })
  return { close: visit => handles().close(visit), open: handle => handles().open(handle) }
}
