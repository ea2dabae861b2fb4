import cors from '@fastify/cors'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import { createCompile } from './domain/compile.ts'
import { Failure } from './domain/failure.ts'
import { addCallbackRoutes, type CallbackParts } from './routes/callbacks.ts'
import { createClientErrors } from './routes/client-errors.ts'
import { replyWithError } from './routes/error-reply.ts'
import { addEventRoutes } from './routes/events.ts'
import { addFormBody } from './routes/form-body.ts'
import { addHandingRoutes, type HandingRouteParts } from './routes/handing.ts'
import { addHealthRoutes, type HealthParts } from './routes/health.ts'
import { addJsonBody } from './routes/json-body.ts'
import { addLimits } from './routes/limits.ts'
import { addMethodRefusals } from './routes/method-refusals.ts'
import { ownCompilers } from './routes/own-compilers.ts'
import { createPages, type PagesParts } from './routes/pages/pages.ts'
import { addRegistrationRoutes, type RegistrationRouteParts } from './routes/registrations.ts'
import { addRequestFaults } from './routes/request-faults.ts'
import { addReturnRoutes } from './routes/returns.ts'
import { addSecurityHeaders, securityHeaders } from './routes/security-headers.ts'
import { addTokenRoutes } from './routes/token.ts'
import { addUpgrades, isUpgradeTo, type Upgrades } from './routes/upgrades.ts'
import { addVisitRoutes, type VisitParts } from './routes/visits/visits.ts'
import type { Tokens } from './token/token.ts'
import type { } from '@fastify/swagger'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True when pages of `CORS_ORIGINS` may call the route. */
    cors?: boolean
  }
}

export interface AppParts extends HealthParts, Omit<RegistrationRouteParts, 'verify' | 'journal'> {
  readonly journal: CallbackParts['journal'] & HandingRouteParts['journal'] & RegistrationRouteParts['journal'] & VisitParts['journal']
  /** `PAGE_NAME` and `PAGE_COLOR`: whose pages people see. */
  readonly brand?: PagesParts
  readonly tokens: Pick<Tokens, 'grant' | 'verify' | 'jwks' | 'metadata'>
  /** True once the process is leaving: connections end with their next answer. */
  readonly isClosing?: () => boolean
  /** Adds what counts callbacks, before their routes are there. */
  readonly measure?: (app: FastifyInstance) => void
  readonly log: FastifyBaseLogger
  readonly trustProxy: readonly string[]
  readonly corsOrigins: readonly string[]
  readonly bodyLimit: number
  /** `RATE_LIMIT_PER_MINUTE` */
  readonly perMinute: number
  /** Who takes over connections that ask for a WebSocket. */
  readonly upgrades?: Upgrades | undefined
}

/** The public face: callbacks, registrations, events, tokens, health. */
export async function buildApp ({ tokens, brand, checks, isClosing = () => false, measure, log, trustProxy, corsOrigins, bodyLimit, perMinute, upgrades, ...parts }: AppParts): Promise<FastifyInstance> {
  const { verify } = tokens
  const pages = createPages(brand)
  const app: FastifyInstance = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }), // it would log the URL with its query string
    childLoggerFactory: logger => logger, // one for each request costs more than its line; the trace's id says whose line it is
    trustProxy: trustedBy(trustProxy),
    bodyLimit,
    requestTimeout: 15_000, // a slow client is cut off, at the next look at all connections; looking often, few are cut off at once, and nobody waits for it
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 100, requireHostHeader: false, shouldUpgradeCallback: request => upgrades !== undefined && isUpgradeTo(upgrades.path, request) },
    clientErrorHandler: createClientErrors(securityHeaders(pages)),
    frameworkErrors: (error, request, reply) => { void replyWithError(error, request, reply.headers(securityHeaders(pages)), pages) },
    schemaController: ownCompilers,
    return503OnClosing: false, // whoever got in before the listener closed is answered
    exposeHeadRoutes: false, // a HEAD of a link scanner is no callback
    routerOptions: { maxParamLength: 512 },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
  })
  const compile = createCompile({ allErrors: true, strict: false }) // nothing coerced, removed or filled in: what is journalled is what was sent
  app.setValidatorCompiler(({ schema }) => compile(schema as object))
  app.setErrorHandler<FastifyError>((error, request, reply) => replyWithError(error, request, reply, pages))
  app.setNotFoundHandler(() => { throw new Failure('NOT_FOUND') })
  addSecurityHeaders(app, pages)
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing()) void reply.header('connection', 'close')
    done(null, payload)
  })
  addJsonBody(app)
  addFormBody(app)
  if (upgrades !== undefined) await addUpgrades(app, upgrades) // before the refusals of methods: to who asks for no upgrade, its path is not there
  const refuseMethods = addMethodRefusals(app)
  await addCors(app, corsOrigins)
  await addLimits(app, { perMinute })
  addRequestFaults(app)
  measure?.(app)
  addCallbackRoutes(app, { ...parts, pages })
  addVisitRoutes(app, { ...parts, pages, verify })
  addRegistrationRoutes(app, { ...parts, verify })
  addEventRoutes(app, { ...parts, verify })
  addHandingRoutes(app, { ...parts, verify })
  addReturnRoutes(app, { ...parts, pages })
  addTokenRoutes(app, { tokens })
  addHealthRoutes(app, { checks })
  refuseMethods()
  return app
}

/** A single number is a count of hops; anything else is a list of addresses, ranges and their names. */
function trustedBy (proxies: readonly string[]): string[] | ((address: string, hop: number) => boolean) {
  const [only] = proxies
  return proxies.length === 1 && only !== undefined && /^\d+$/.test(only) ? (_address, hop) => hop < Number(only) : [...proxies]
}

async function addCors (app: FastifyInstance, origins: readonly string[]): Promise<void> {
  const open = {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'POST', 'OPTIONS'],
    strictPreflight: false, // what is none is answered like one
    allowedHeaders: ['Content-Type', 'Accept', 'Authorization', 'Traceparent'],
  }
  await app.register(cors, () => (request: FastifyRequest, decide: (error: Error | null, options: object) => void) => {
    decide(null, isOpen(request) ? open : { origin: false })
  })
  app.addHook('onRequest', (request, reply, done) => { // on every reply, as the contract has it; the plugin says these in preflights only
    if (isOpen(request)) void reply.headers({ 'access-control-allow-methods': open.methods.join(', '), 'access-control-allow-headers': open.allowedHeaders.join(', ') })
    done()
  })
}

function isOpen ({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.cors === true
}
