import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { STATUS_CODES } from 'node:http'
import { pino } from 'pino'
import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify'
import swagger from '@fastify/swagger'
import { buildApp } from '../src/app.ts'
import { buildOps } from '../src/ops.ts'
import type { FailureCode } from '../src/domain/failure.ts'
import { metadataOf } from '../src/token/metadata.ts'
import { openForDocuments } from './open-providers.ts'
import { componentsOf, replyOf } from './openapi-components.ts'
import { withExamples, withPage, withCors, type Operation } from './openapi-operation.ts'
import { opsServer, preface } from './openapi-preface.ts'

type Config = NonNullable<RouteOptions['config']>
type Paths = { [path: string]: { [member: string]: unknown } }
export interface OpenApi { readonly openapi: string, readonly paths: Paths, readonly components: object, readonly [member: string]: unknown }

const never = () => Promise.reject(new Error('inert'))
const inert = { checks: async () => ({}), log: pino({ level: 'silent' }) }
const inertFace = {
  ...inert,
  journal: { append: never, recognise: never, lastEvent: never, reroute: never, handOver: never, secretFor: () => new Uint8Array(32) },
  registrations: { register: never, find: never, remove: never, forget: never },
  tokens: { grant: never, verify: () => { throw new Error('inert') }, jwks: { keys: [] }, metadata: metadataOf('https://callbacks.example') },
  topicPrefix: 'callbacks/v1', publicUrl: () => 'https://callbacks.example', returnUrlOrigins: [], trustProxy: [], corsOrigins: ['*'], bodyLimit: 1_048_576, perMinute: 600,
}
const limits: readonly FailureCode[] = ['RATE_LIMITED', 'OVERLOADED']
const methods = ['get', 'post', 'put', 'patch', 'delete']

/** The whole HTTP interface, OpenAPI 3.1, as the routes declare it. The ops listener's operations name its server. */
export async function openapi (): Promise<OpenApi> {
  const providers = openForDocuments()
  const open = await pathsOf(() => buildApp({ ...inertFace, providers }), ['PARAMETERS_INVALID', 'MEDIA_TYPE_UNSUPPORTED', 'RATE_LIMITED', 'OVERLOADED'])
  const ops = await pathsOf(() => buildOps({ ...inert, journal: { list: never, show: never, redrive: never, erase: never, republish: never, count: never } }), ['UNAUTHORIZED', 'FORBIDDEN'])
  const paths: Paths = { ...open }
  for (const [path, item] of Object.entries(ops)) paths[path] = open[path] === undefined ? { servers: [opsServer], ...item } : onBoth(open[path])
  await Promise.all(providers.map(provider => provider.close()))
  return { openapi: '3.1.0', ...preface(providers), paths, components: componentsOf(paths) }
}

/** Probes are answered on both listeners, and by the ops listener without its token. */
function onBoth (item: Paths[string]): Paths[string] {
  const { get } = item as { get: Operation }
  const responses = { ...get.responses, ...replyOf(['FORBIDDEN']) }
  return { ...item, get: { ...get, description: 'Answered on the ops listener too, there without its token.', responses } }
}

async function pathsOf (build: () => Promise<FastifyInstance>, ofListener: readonly FailureCode[] = []): Promise<Paths> {
  const mirror = Fastify()
  await mirror.register(swagger, { openapi: { openapi: '3.1.0' }, stripBasePath: false, convertConstToEnum: false })
  mirror.setValidatorCompiler(() => () => true)
  mirror.setSerializerCompiler(() => () => '')
  const routes = await routesOf(build)
  for (const { method, url, schema = {} } of routes) mirror.route({ method, url, schema, handler: () => undefined })
  await mirror.ready()
  const { paths = {} } = JSON.parse(JSON.stringify(mirror.swagger())) as { paths?: Paths }
  await mirror.close()
  for (const { method, url, config } of routes) {
    const item = paths[url.replaceAll(/:(\w+)/g, '{$1}')]
    const name = String(method).toLowerCase()
    if (item?.[name] !== undefined && methods.includes(name)) item[name] = finished(item[name] as Operation, config ?? {}, ofListener)
  }
  return paths
}

/** The routes that a face declares for itself, hidden ones left out, in their order. */
async function routesOf (build: () => Promise<FastifyInstance>): Promise<RouteOptions[]> {
  const routes: RouteOptions[] = []
  const channel = 'fastify.initialization'
  const watch = (built: unknown): void => {
    (built as { fastify: FastifyInstance }).fastify.addHook('onRoute', route => {
      if (route.schema !== undefined && route.schema.hide !== true) routes.push({ ...route })
    })
  }
  subscribe(channel, watch)
  const app = await build().finally(() => { unsubscribe(channel, watch) })
  await app.close()
  return routes
}

function finished (operation: Operation, { described = {}, cors = false, unlimited = false }: Config, ofListener: readonly FailureCode[]): Operation {
  const { failures = [], examples = {}, page = false, scopes } = described
  const codes: FailureCode[] = [...failures, ...ofListener.filter(code => !unlimited || !limits.includes(code)), 'UNEXPECTED']
  const security = scopes === undefined ? [{ opsToken: [] }, { opsPassword: [] }, {}] : [{ bearer: scopes }]
  const guarded = scopes !== undefined || ofListener.includes('UNAUTHORIZED') ? { security } : {}
  const whole = { ...operation, ...guarded, responses: { ...replyOf(codes), ...named(operation.responses) } }
  return withCors(withPage(withExamples(whole, examples), page), cors)
}

/** A reply that has a schema of its own is described by it; its words are those of its status. */
function named (responses: Operation['responses']): Operation['responses'] {
  const entries = Object.entries(responses).map(([status, reply]) => [status, { ...reply, description: STATUS_CODES[status] ?? '' }])
  return Object.fromEntries(entries) as Operation['responses']
}
