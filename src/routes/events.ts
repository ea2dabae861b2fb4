import type { FastifyInstance } from 'fastify'
import { eventSchema } from '../domain/event-schema.ts'
import { Failure } from '../domain/failure.ts'
import { topicOf } from '../domain/topic.ts'
import type { Journal } from '../journal/journal.ts'
import type { OpenProvider } from '../providers/provider.ts'
import type { Registrations } from '../registrations/registrations.ts'
import type { Tokens } from '../token/token.ts'
import { bearer, type AuthorizedClient } from './bearer.ts'
import { keyParameters } from './registration-schema.ts'

export interface EventRouteParts {
  readonly providers: readonly OpenProvider[]
  readonly registrations: Pick<Registrations, 'find'>
  readonly journal: Pick<Journal, 'lastEvent'>
  readonly verify: Tokens['verify']
  readonly topicPrefix: string
}

/** The key's last event over HTTP, for a subscriber that missed it. */
export function addEventRoutes (app: FastifyInstance, { providers, registrations, journal, verify, topicPrefix }: EventRouteParts): void {
  const names = new Set(providers.map(({ name }) => name))

  app.route<{ Params: { readonly provider: string, readonly key: string } }>({
    method: 'GET',
    url: '/v1/events/:provider/:key',
    schema: {
      operationId: 'lastEvent',
      summary: 'The last event of a key, for its subscriber',
      tags: ['events'],
      params: keyParameters,
      response: { 200: eventSchema, 204: { type: 'null' } },
    },
    config: { described: { failures: ['UNAUTHORIZED', 'SCOPE_MISSING', 'NOT_FOUND', 'JOURNAL_UNAVAILABLE'], scopes: ['subscribe'] } },
    onRequest: bearer({ verify, scope: ['subscribe', 'subscribe:all'] }),
    handler: async ({ params: { provider, key }, client }, reply) => {
      if (!names.has(provider)) throw new Failure('NOT_FOUND')
      const [last, registration] = await Promise.all([journal.lastEvent(provider, key), registrations.find(provider, key)])
      const isTheirs = registration === undefined ? last?.topic === ownTopic(client, provider, key) : registration.subscriber === client.subject
      if (!isTheirs && !client.scopes.has('subscribe:all')) throw new Failure('NOT_FOUND')
      void reply.header('cache-control', 'no-store')
      return last === undefined ? reply.code(204).send() : reply.type('application/json; charset=utf-8').send(last.payload)
    },
  })

  /** A registration expires before its events do. */
  function ownTopic ({ subject }: AuthorizedClient, provider: string, key: string): string {
    return topicOf({ topicPrefix, subscriber: subject, provider, key })
  }
}
