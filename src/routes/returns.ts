import type { FastifyInstance, RouteOptions } from 'fastify'
import type { JsonObject } from '../domain/callback.ts'
import { Failure } from '../domain/failure.ts'
import type { Journal } from '../journal/journal.ts'
import type { Returning } from '../providers/operation.ts'
import type { OpenProvider } from '../providers/provider.ts'
import type { Registrations } from '../registrations/registrations.ts'
import { wantsPage } from './error-reply.ts'
import { languageOf } from './pages/language.ts'
import type { Pages } from './pages/pages.ts'
import { refuseFaults } from './parameter-faults.ts'
import { keyParameters } from './registration-schema.ts'
import { traceparentOf } from './traceparent.ts'

export interface ReturnRouteParts {
  readonly providers: readonly OpenProvider[]
  readonly registrations: Pick<Registrations, 'find'>
  readonly journal: Pick<Journal, 'append'>
  readonly pages: Pages
}

/** Where browsers come back to: on to the registered app, or a landing page. */
export function addReturnRoutes (app: FastifyInstance, { providers, ...parts }: ReturnRouteParts): void {
  for (const { name, returning } of providers) {
    for (const url of returning?.paths ?? []) app.route(routeOf(url, name, returning as Returning, parts))
  }
}

function routeOf (url: string, provider: string, returning: Returning, { registrations, journal, pages }: Omit<ReturnRouteParts, 'providers'>): RouteOptions {
  return {
    method: 'GET',
    url,
    schema: {
      operationId: url === returning.paths[0] ? returning.operationId : `${returning.operationId}${url.replaceAll(/\W+/g, '_')}`,
      summary: returning.summary,
      tags: [provider],
      params: { type: 'object', properties: { key: keyParameters.properties.key } },
      querystring: returning.parameters,
      response: { 200: returning.reply },
    },
    config: { described: { failures: ['PARAMETERS_INVALID', 'STATE_UNKNOWN', 'JOURNAL_UNAVAILABLE'], examples: returning.examples, page: true } },
    attachValidation: true,
    handler: async (request, reply) => {
      refuseFaults(request, 'query')
      const query = request.query as JsonObject
      const registration = await registrations.find(provider, (request.params as { readonly key: string }).key)
      if (registration === undefined) throw new Failure('STATE_UNKNOWN')
      if (!returning.isTheirs(query, registration, request.headers.cookie)) throw new Failure('STATE_UNKNOWN')
      const callback = returning.toCallback(query, traceparentOf(request.headers.traceparent), registration)
      if (callback !== undefined) await journal.append(callback) // durable before the user goes on
      void reply.header('cache-control', 'no-store')
      if (!wantsPage(request)) return { message: 'Received.' }
      if (registration.returnUrl !== undefined) return reply.redirect(withParameters(registration.returnUrl, returning.onward(query)), 303)
      void reply.type('text/html; charset=utf-8').header('content-security-policy', pages.policy())
      return reply.send(pages.show(returning.troubleIn(query) ?? 'returned', languageOf(request.headers['accept-language'])))
    },
  }
}

function withParameters (url: string, more: { readonly [name: string]: string }): string {
  const target = new URL(url)
  for (const [name, value] of Object.entries(more)) target.searchParams.set(name, value)
  return target.href
}
