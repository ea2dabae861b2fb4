import type { FastifyInstance, RouteOptions } from 'fastify'
import type { JsonObject } from '../domain/callback.ts'
import { Failure } from '../domain/failure.ts'
import type { Journal } from '../journal/journal.ts'
import type { Handing } from '../providers/operation.ts'
import type { OpenProvider } from '../providers/provider.ts'
import type { Registrations } from '../registrations/registrations.ts'
import type { Tokens } from '../token/token.ts'
import { bearer, type AuthorizedClient } from './bearer.ts'
import { refuseFaults } from './parameter-faults.ts'

export interface HandingRouteParts {
  readonly providers: readonly OpenProvider[]
  readonly registrations: Pick<Registrations, 'find'>
  readonly journal: Pick<Journal, 'handOver'>
  readonly verify: Tokens['verify']
}

/** Milliseconds for which the same client may ask again. */
const again = 60_000

/** What a callback brought, handed over once to who registered its key. */
export function addHandingRoutes (app: FastifyInstance, { providers, ...parts }: HandingRouteParts): void {
  for (const { name, handing } of providers) {
    for (const url of handing?.paths ?? []) app.route(routeOf(url, name, handing as Handing, parts))
  }
}

function routeOf (url: string, provider: string, handing: Handing, { registrations, journal, verify }: Omit<HandingRouteParts, 'providers'>): RouteOptions {
  async function handed (body: JsonObject, client: AuthorizedClient): Promise<JsonObject> {
    const key = handing.keyOf(body)
    const registration = await registrations.find(provider, key)
    if (registration === undefined || registration.owner !== client.subject) throw new Failure('NOT_FOUND')
    if (!handing.isProved(body, registration)) throw new Failure('FORBIDDEN')
    const callback = await journal.handOver(provider, key, { client: client.id, again })
    const reply = callback && handing.toReply(callback, registration)
    if (reply === undefined) throw new Failure('NOT_FOUND')
    return reply
  }

  return {
    method: 'POST',
    url,
    schema: {
      operationId: url === handing.paths[0] ? handing.operationId : `${handing.operationId}${url.replaceAll(/\W+/g, '_')}`,
      summary: handing.summary,
      tags: [provider],
      body: handing.body,
      response: { 200: handing.reply },
    },
    config: {
      cors: true,
      described: {
        failures: ['PARAMETERS_INVALID', 'UNAUTHORIZED', 'SCOPE_MISSING', 'NOT_FOUND', 'PAYLOAD_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED', 'JOURNAL_UNAVAILABLE'],
        examples: handing.examples,
        scopes: ['results'],
      },
    },
    attachValidation: true,
    onRequest: bearer({ verify, scope: 'results', bare: true }),
    handler: async (request, reply) => {
      refuseFaults(request, 'body')
      void reply.header('cache-control', 'no-store')
      return handed(request.body as JsonObject, request.client)
    },
  }
}
