import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../../domain/failure.ts'
import type { Journal } from '../../journal/journal.ts'
import type { OpenProvider } from '../../providers/provider.ts'
import type { Step, Visits } from '../../providers/visits.ts'
import type { Registrations } from '../../registrations/registrations.ts'
import { handlesFor } from '../arrival.ts'
import { languageOf } from '../pages/language.ts'
import type { Pages } from '../pages/pages.ts'
import { traceparentOf } from '../traceparent.ts'
import { lastWordOf } from './last-word.ts'
import { hasInput, nextPageOf, stepFor } from './next-page.ts'
import { createSubmit } from './submit.ts'

export interface StepParts {
  readonly provider: OpenProvider & { readonly visits: Visits }
  readonly journal: Pick<Journal, 'append' | 'lastEvent' | 'secretFor'>
  readonly registrations: Pick<Registrations, 'find'>
  readonly pages: Pages
}

type StepRoute = { Params: { readonly handle: string } }

const params = { type: 'object', properties: { handle: { type: 'string', description: 'Where the user stands, sealed.' } } }
const page = { type: 'string', description: 'A page.' }

/** The page of a step, and the form on it. Whoever does not have its handle sees nothing. */
export function addStepRoutes (app: FastifyInstance, { provider, journal, registrations, pages }: StepParts): void {
  const { name, visits } = provider
  const handles = handlesFor({ provider, journal })
  const submit = createSubmit({ provider, journal, log: app.log })
  const pathOf = (handle: string) => `${visits.pages}/${handle}`

  async function standingOf (handle: string) {
    const opened = handles.open(handle)
    if (opened === undefined) return undefined
    const { key } = opened.visit
    const [word, registration] = await Promise.all([lastWordOf(journal, name, key), registrations.find(name, key)])
    return { ...opened, word, registration, provider }
  }

  app.route<StepRoute>({
    method: 'GET',
    url: pathOf(':handle'),
    schema: { operationId: `${name}Step`, summary: 'What the user has to do next, as a page', tags: [name], params, produces: ['text/html'], response: { 200: page } },
    config: { described: { failures: ['NOT_FOUND', 'JOURNAL_UNAVAILABLE'], page: true } },
    handler: async (request, reply) => {
      const { handle } = request.params
      const standing = await standingOf(handle)
      if (standing === undefined) return gone(request, reply)
      const next = nextPageOf(standing)
      const language = languageOf(request.headers['accept-language'])
      const watch = { path: pathOf(handle), mark: `${next.kind}-${standing.visit.phase}` }
      if (next.kind === 'onward') return reply.redirect(next.url, 303)
      if (next.kind === 'form') return ask(request, reply, next.step, { notice: next.notice, returnUrl: standing.registration?.returnUrl })
      if (next.kind === 'confirm') return show(reply, pages.confirm(next.step, language, watch), pages.policy('watch'))
      return show(reply, pages.show(next.page, language, next.watch ? watch : undefined), pages.policy(next.watch ? 'watch' : undefined))
    },
  })

  if (visits.hosted) app.route<StepRoute>({
    method: 'POST',
    url: pathOf(':handle'),
    schema: { operationId: `${name}StepTaken`, summary: 'What the user entered, handed on once', tags: [name], params, consumes: ['application/x-www-form-urlencoded'], response: { 303: page } },
    config: { form: true, described: { failures: ['NOT_FOUND', 'PAYLOAD_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED', 'JOURNAL_UNAVAILABLE'] } },
    handler: async (request, reply) => {
      const { handle } = request.params
      const standing = await standingOf(handle)
      if (standing === undefined || standing.expired) return gone(request, reply)
      const step = nextPageOf(standing).kind === 'form' ? stepFor(standing.visit, standing.word, provider) : undefined
      if (step === undefined || !hasInput(step)) return reply.redirect(pathOf(handle), 303)
      const entered = enteredIn(step, request.body)
      if (entered === undefined) return ask(request, reply.code(400), step, { notice: 'incomplete', returnUrl: standing.registration?.returnUrl })
      const onward = await submit({ visit: standing.visit, entered, traceparent: traceparentOf(request.headers.traceparent) })
      return reply.redirect('url' in onward ? onward.url : pathOf(handles.close(onward.visit)), 303)
    },
  })

  /** A form's `form-action` also rules where its answer may lead: to a bank, or back to the app. */
  function ask (request: FastifyRequest, reply: FastifyReply, step: Step, { notice, returnUrl }: { notice: 'again' | 'unsent' | 'incomplete' | undefined, returnUrl: string | undefined }): FastifyReply {
    const actions = ['https:', ...returnUrl === undefined ? [] : [new URL(returnUrl).origin]]
    return show(reply, pages.ask(step, languageOf(request.headers['accept-language']), notice), pages.policy('form', actions))
  }

  function gone (request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (request.headers.accept?.includes('text/html') !== true) throw new Failure('NOT_FOUND')
    return show(reply.code(404), pages.show('gone', languageOf(request.headers['accept-language'])), pages.policy())
  }
}

function show (reply: FastifyReply, text: string, policy: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('content-security-policy', policy).send(text)
}

/** A value for each input of the step, and no other; undefined when one is missing, too long or not among its options. */
function enteredIn ({ parts }: Step, body: unknown): { readonly [name: string]: string } | undefined {
  const given = new Map(Object.entries(typeof body === 'object' && body !== null ? body : {}))
  const inputs = parts.filter(part => part.kind === 'input' || part.kind === 'choice')
  const entered: (readonly [name: string, value: string])[] = []
  for (const input of inputs) {
    const value: unknown = given.get(input.name)
    if (typeof value !== 'string' || value === '' || value.length > 4096) return undefined
    if (input.kind === 'choice' && !input.options.includes(value)) return undefined
    entered.push([input.name, value])
  }
  return Object.fromEntries(entered)
}
