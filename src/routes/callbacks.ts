import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { Callback, JsonObject } from '../domain/callback.ts'
import { Failure } from '../domain/failure.ts'
import type { Journal } from '../journal/journal.ts'
import type { Channel, OpenProvider } from '../providers/provider.ts'
import type { Description } from './description.ts'
import { wantsPage } from './error-reply.ts'
import { formType } from './form-body.ts'
import { pageOf } from './landing-page.ts'
import { describe, detailsOf } from './parameter-faults.ts'
import { traceIdOf, traceparentOf } from './traceparent.ts'

export interface CallbackParts {
  readonly providers: readonly OpenProvider[]
  readonly journal: Pick<Journal, 'append'>
}

/** One route for each path of each channel: read, validate, journal, answer. */
export function addCallbackRoutes (app: FastifyInstance, { providers, journal }: CallbackParts): void {
  for (const provider of providers) {
    for (const channel of provider.channels) {
      for (const url of channel.paths) app.route(routeOf(url, provider.name, channel, journal))
    }
  }
}

function routeOf (url: string, provider: string, channel: Channel, journal: Pick<Journal, 'append'>): RouteOptions {
  const location = channel.method === 'GET' ? 'query' : 'body'
  return {
    method: channel.method,
    url,
    schema: {
      operationId: url === channel.paths[0] ? channel.operationId : `${channel.operationId}${url.replaceAll(/[/:]+/g, '_')}`,
      summary: channel.summary,
      tags: [provider],
      [location === 'query' ? 'querystring' : 'body']: schemaOf(channel),
      response: { 200: channel.reply },
    },
    config: { cors: channel.cors, form: channel.form !== undefined, described: descriptionOf(channel) },
    attachValidation: true, // so that the schema's faults and the channel's own come in one reply
    ...channel.read === undefined ? {} : { preValidation: async (request: FastifyRequest) => { request.body = await channel.read?.(request) } },
    handler: async (request, reply) => {
      const callback = await toCallback(channel, location, request)
      const started = performance.now()
      const { id, isNew, reply: kept } = await journal.append(callback) // durable before we answer
      request.log.info({
        entryId: id, provider: callback.provider, channel: channel.kind, isNew, traceId: traceIdOf(callback.traceparent), durableMs: Math.round((performance.now() - started) * 10) / 10,
      }, 'callback journalled')
      return answer(request, reply, { ...channel.toReply(id, callback), ...kept })
    },
  }
}

function descriptionOf ({ method, examples, failures = [] }: Channel): Description {
  const ofBody = method === 'POST' ? ['PAYLOAD_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED'] as const : []
  return { failures: ['PARAMETERS_INVALID', ...failures, ...ofBody, 'JOURNAL_UNAVAILABLE'], examples, page: method === 'GET' }
}

/** One schema, or one for each media type: Fastify checks no other, so none but these may be read (`form-body.ts`). */
function schemaOf ({ parameters, form }: Channel): object {
  return form === undefined ? parameters : { content: { 'application/json': { schema: parameters }, [formType]: { schema: form } } }
}

async function toCallback (channel: Channel, location: 'query' | 'body', request: FastifyRequest): Promise<Callback> {
  const parameters = (location === 'query' ? request.query : request.body) as JsonObject
  const { validationError } = request
  const bySchema = validationError === undefined ? [] : detailsOf(validationError.validation as Parameters<typeof detailsOf>[0] ?? [], parameters, location)
  const named = new Set(bySchema.map(({ field }) => field))
  const isObject = typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)
  const byChannel = isObject ? channel.faultsOf?.(parameters).filter(({ field }) => !named.has(field)) ?? [] : []
  const nothing = isObject || bySchema.length > 0 ? [] : [{ issue: 'must be object', field: location, value: describe(parameters), location }] // a body without a media type
  const details = [...bySchema, ...byChannel, ...nothing]
  if (details.length > 0) throw new Failure('PARAMETERS_INVALID', { details })
  return channel.toCallback(parameters, traceparentOf(request.headers.traceparent))
}

function answer (request: FastifyRequest, reply: FastifyReply, members: JsonObject): unknown {
  if (request.method === 'GET' && wantsPage(request)) return reply.type('text/html; charset=utf-8').send(pageOf('received'))
  return members
}
