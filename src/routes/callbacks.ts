import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import type { JsonObject } from '../domain/callback.ts'
import type { Registration } from '../domain/registration.ts'
import type { Channel, OpenProvider } from '../providers/provider.ts'
import type { Registrations } from '../registrations/registrations.ts'
import { createShowArrival, type ArrivalParts } from './arrival.ts'
import type { Description } from './description.ts'
import { wantsPage } from './error-reply.ts'
import { formType } from './form-body.ts'
import { createKeep, type KeepParts } from './keep.ts'
import { refuseFaults } from './parameter-faults.ts'
import { atItsTime } from './refusal-time.ts'
import { traceIdOf, traceparentOf } from './traceparent.ts'

export interface CallbackParts {
  readonly providers: readonly OpenProvider[]
  readonly journal: KeepParts['journal'] & ArrivalParts['journal']
  readonly pages: ArrivalParts['pages']
  readonly registrations: Pick<Registrations, 'find'>
}

/** What is known of a request before its schema is applied. */
interface Arrived { readonly registration: Registration | undefined }

/** One route for each path of each channel: read, validate, journal, answer. */
export function addCallbackRoutes (app: FastifyInstance, parts: CallbackParts): void {
  for (const provider of parts.providers) {
    for (const channel of provider.channels) {
      for (const url of channel.paths) app.route(routeOf(url, provider, channel, parts))
    }
  }
}

function routeOf (url: string, provider: OpenProvider, channel: Channel, { journal, registrations, pages }: CallbackParts): RouteOptions {
  const location = channel.method === 'GET' ? 'query' : 'body'
  const keep = createKeep({ provider, channel, journal })
  const showArrival = createShowArrival({ provider, journal, pages })
  const opened = new WeakMap<FastifyRequest, Arrived>()
  // where it does not, only a page needs the registration: it is looked for beside the append, and for a reply as JSON not at all
  const decides = provider.unregistered === 'reject' || channel.open !== undefined || channel.examine !== undefined

  /** The registration comes before the schema only where it may be needed to read what was sent. */
  async function prepare (request: FastifyRequest): Promise<void> {
    if (channel.read !== undefined) request.body = await channel.read(request)
    const sent = request[location]
    if (channel.open === undefined || !isObject(sent)) return
    const registration = await registrationOf(sent, request)
    opened.set(request, { registration })
    request[location] = await channel.open(sent, pathOf(request), registration)
  }

  async function registrationOf (parameters: JsonObject, request: FastifyRequest): Promise<Registration | undefined> {
    const key = channel.keyOf(parameters, pathOf(request))
    return key === undefined ? undefined : registrations.find(provider.name, key)
  }

  async function take (request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    refuseFaults(request, location, channel.faultsOf)
    const parameters = request[location] as JsonObject
    const { registration: found } = opened.get(request) ?? { registration: decides ? await registrationOf(parameters, request) : undefined }
    const callback = await channel.toCallback(parameters, traceparentOf(request.headers.traceparent), found)
    const isPage = channel.method === 'GET' && wantsPage(request)
    const started = performance.now()
    const keeping = keep(callback, found)
    const [{ id, isNew, reply: kept }, registration] = isPage && !decides ? await Promise.all([keeping, registrationOf(parameters, request)]) : [await keeping, found] // durable before we answer
    request.log.info({
      entryId: id, provider: callback.provider, channel: channel.kind, isNew, traceId: traceIdOf(callback.traceparent), durableMs: Math.round((performance.now() - started) * 10) / 10,
    }, 'callback journalled')
    if (isPage) return showArrival(request, reply, { callback, id, registration })
    return { ...channel.toReply(id, callback), ...kept }
  }

  const timed = provider.unregistered === 'reject' ? atItsTime : <T>(act: T): T => act
  return {
    method: channel.method,
    url,
    schema: {
      operationId: url === channel.paths[0] ? channel.operationId : `${channel.operationId}${url.replaceAll(/[/:]+/g, '_')}`,
      summary: channel.summary,
      tags: [provider.name],
      [location === 'query' ? 'querystring' : 'body']: schemaOf(channel),
      response: { 200: channel.reply },
    },
    config: { cors: channel.cors, form: channel.form !== undefined, described: descriptionOf(channel) },
    attachValidation: true, // so that the schema's faults and the channel's own come in one reply
    ...channel.read === undefined && channel.open === undefined ? {} : { preValidation: timed(prepare) },
    handler: timed(take),
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

function isObject (value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function pathOf ({ params }: FastifyRequest): { readonly [name: string]: string } {
  return params as { [name: string]: string }
}
