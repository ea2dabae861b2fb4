import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { buildApp } from './app.ts'
import type { Authenticate } from './broker/access.ts'
import type { Broker } from './broker/broker.ts'
import type { Config } from './config.ts'
import { startDelivery } from './delivery/delivery.ts'
import { openDatabase } from './database/index.ts'
import { createExamine } from './examine.ts'
import { openJournal } from './journal/index.ts'
import type { OpenProvider, Provider, Settings } from './providers/provider.ts'
import type { Sandbox, SandboxParts } from './sandbox/sandbox.ts'
import { buildOps } from './ops.ts'
import { openMetrics, type Metrics } from './metrics/metrics.ts'
import { startReach } from './reach.ts'
import { look } from './readiness.ts'
import { openGuarded } from './outgoing/guarded.ts'
import { openMqttPublisher } from './publisher/mqtt.ts'
import type { Publisher } from './publisher/publisher.ts'
import { openRegistrations } from './registrations/index.ts'
import { createAuthenticate } from './token/authenticate.ts'
import { openTokens } from './token/index.ts'
import { createLimit } from './token/limit.ts'
import { openUseOnce } from './token/used-assertions/index.ts'
import type { Traces } from './traces/traces.ts'

export interface ServiceParts {
  readonly config: Config
  readonly providers: readonly Provider[]
  readonly log: FastifyBaseLogger
}

export interface Service {
  /** Where the listeners answer. */
  readonly addresses: { readonly public: string, readonly ops: string, readonly mqtt?: string, readonly bank?: string }
  /** Readiness turns red, with `drain` a load balancer is given a fifth of the grace to see it, who is in is answered, what is under way is awaited within the grace, then everything is closed. */
  close (how?: { readonly drain?: boolean }): Promise<void>
}

/** Opens every part in the order in which they need each other, and gives the one handle to close them again. */
export async function openService ({ config, providers: known, log }: ServiceParts): Promise<Service> {
  const closers: (() => Promise<void>)[] = []
  try {
    return await open(config, known, log, closers)
  } catch (thrown) {
    for (const close of closers.toReversed()) await close()
    throw thrown
  }
}

async function open (config: Config, known: readonly Provider[], log: FastifyBaseLogger, closers: (() => Promise<void>)[]): Promise<Service> {
  const opened = <T>(part: T, close: (part: T) => Promise<void>): T => { closers.push(() => close(part)); return part }
  const metrics = openMetrics()
  const traces = await openTraces(config, metrics, log)
  const database = opened(await openDatabase({ url: config.JOURNAL_URL, keys: sealingKeys(config), onCommit: metrics.committed }), part => part.close())
  const measured = metrics.journal(await openJournal(database))
  const journal = traces?.journal(measured) ?? measured
  const registrations = await openRegistrations(database)
  const guarded = opened(openGuarded(), part => part.close())
  const tokens = metrics.tokens(await openTokens({
    issuer: config.PUBLIC_URL ?? `http://localhost:${config.PORT}`,
    topicPrefix: config.MQTT_TOPIC_PREFIX,
    signingKeyFile: config.OAUTH_SIGNING_KEY_FILE,
    keyDirectory: config.NODE_ENV === 'production' ? undefined : directoryOf(config.JOURNAL_URL),
    clientsFile: config.OAUTH_CLIENTS_FILE,
    allowDid: config.OAUTH_ALLOW_DID,
    ttlSeconds: config.ACCESS_TOKEN_TTL_SECONDS,
    useOnce: await openUseOnce(database),
    fetchGuarded: guarded.fetchGuarded,
    limit: createLimit({ perMinute: config.RATE_LIMIT_PER_MINUTE }),
    log,
  }))
  const broker = config.MQTT_URL === undefined ? opened(await openEmbedded(config, createAuthenticate(tokens), log), part => part.close()) : undefined
  const counted = opened(metrics.publisher(await openPublisher(config, broker, log)), part => part.close(0))
  const publisher = traces?.publisher(counted) ?? counted
  const sandbox = config.SANDBOX ? opened(await openSandbox({ log, callbackUrl: () => `${browsable(urlOf(app))}/v1/tokenio/callback` }), part => part.close()) : undefined
  const providers = known.map(provider => {
    const settings = config.providers[provider.name] ?? {}
    const open = opened(metrics.provider(openProvider(provider, settings, sandbox)), part => part.close())
    return traces?.provider(open) ?? open
  })
  if (broker !== undefined) await journal.republish({ since: Date.now() - config.MQTT_EVENT_EXPIRY_SECONDS * 1000 }) // its memory ended with the last process
  const delivery = opened(startDelivery({
    providers,
    journal,
    registrations,
    publisher,
    source: config.PUBLIC_URL ?? 'urn:callback-receiver',
    topicPrefix: config.MQTT_TOPIC_PREFIX,
    expirySeconds: config.MQTT_EVENT_EXPIRY_SECONDS,
    maxAttempts: config.DELIVERY_MAX_ATTEMPTS,
    retentionHours: config.RETENTION_HOURS,
    unknownPerMinute: config.RATE_LIMIT_PER_MINUTE,
    subscriberOf: async (provider, key) => (await registrations.find(provider, key))?.subscriber ?? 'default',
    log,
  }), part => part.stop())
  const state = { closing: false }
  const reach = opened(startReach({ config, known, providers }), part => part.close())
  const checks = () => look({ journal, delivery, publisher, providers: reach.providers, isClosing: () => state.closing })
  const app: FastifyInstance = opened(await buildApp({
    providers,
    journal,
    registrations,
    tokens,
    topicPrefix: config.MQTT_TOPIC_PREFIX,
    publicUrl: (): string => config.PUBLIC_URL?.replace(/\/+$/, '') ?? urlOf(app),
    returnUrlOrigins: config.RETURN_URL_ORIGINS ?? [],
    brand: { name: config.PAGE_NAME, color: config.PAGE_COLOR },
    checks,
    isClosing: () => state.closing,
    measure: app => { metrics.refusals(providers)(app); traces?.requests(app) },
    log,
    trustProxy: config.TRUST_PROXY,
    corsOrigins: config.CORS_ORIGINS,
    bodyLimit: config.BODY_LIMIT_BYTES,
    perMinute: config.RATE_LIMIT_PER_MINUTE,
    upgrades: broker?.webSockets,
  }), part => part.close())
  await app.listen({ host: config.HOST, port: config.PORT, listenTextResolver: () => 'listening on the public address' })

  const ops = opened(await buildOps({ checks, sandbox: sandbox && await sandboxUser(sandbox), metrics: metrics.text({ journal, delivery, checks }), examine: createExamine({ config, journal, publisher, known, providers, traces }), backup: database.engine === 'sqlite' ? database.sqlite.backup : undefined, journal, log, token: config.OPS_TOKEN }), part => part.close())
  await ops.listen({ host: config.OPS_HOST, port: config.OPS_PORT, listenTextResolver: () => 'listening on the ops address' })

  const addresses = { public: urlOf(app), ops: urlOf(ops), ...broker === undefined ? {} : { mqtt: `mqtt://${hostPort(broker.address())}` }, ...sandbox && { bank: sandbox.bank } }
  log.info(addresses, 'listening')

  return {
    addresses,
    async close ({ drain = false } = {}) {
      state.closing = true
      const grace = config.SHUTDOWN_GRACE_SECONDS * 1000
      const end = Date.now() + grace
      if (drain) await sleep(grace / 5) // a load balancer sees the red readiness, and its connections end with their next answer
      broker?.webSockets.close()
      await within(end, app.close())
      await within(end, delivery.stop())
      await publisher.close(Math.max(0, end - Date.now()))
      await traces?.close(Math.max(0, end - Date.now()))
      for (const close of closers.toReversed()) await close()
    },
  }
}

function sealingKeys ({ JOURNAL_ENCRYPTION_KEYS = [] }: Config): Uint8Array[] {
  return JOURNAL_ENCRYPTION_KEYS.map(key => Buffer.from(key, 'base64'))
}

/** Nothing of it is loaded where there is no collector. */
async function openTraces ({ OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_HEADERS: headers = [], MQTT_TOPIC_PREFIX: topicPrefix }: Config, metrics: Metrics, log: FastifyBaseLogger): Promise<Traces | undefined> {
  if (base === undefined) return undefined
  const { openTraces } = await import('./traces/traces.ts')
  return openTraces({ base, headers, topicPrefix, count: metrics.spans, log })
}

async function openEmbedded (config: Config, authenticate: Authenticate, log: FastifyBaseLogger): Promise<Broker> {
  const { openBroker } = await import('./broker/broker.ts') // not loaded where an external broker is used
  return openBroker({
    host: config.MQTT_LISTEN_HOST, port: config.MQTT_LISTEN_PORT, allowAnonymous: config.NODE_ENV !== 'production', topicPrefix: config.MQTT_TOPIC_PREFIX, authenticate, log,
  })
}

async function openPublisher (config: Config, broker: Broker | undefined, log: FastifyBaseLogger): Promise<Publisher> {
  if (broker !== undefined) return openMqttPublisher({ connect: broker.connect, ...broker.credentials, log })
  const [ca, cert, key] = await Promise.all([config.MQTT_CA_FILE, config.MQTT_CERT_FILE, config.MQTT_KEY_FILE].map(async file => file === undefined ? undefined : readFile(file)))
  return openMqttPublisher({
    urls: config.MQTT_URL ?? [], username: config.MQTT_USERNAME, password: config.MQTT_PASSWORD, clientId: config.MQTT_CLIENT_ID, ca, cert, key, log,
  })
}

async function openSandbox (parts: SandboxParts): Promise<Sandbox> {
  const { openSandbox } = await import('./sandbox/sandbox.ts')
  return openSandbox(parts)
}

/** Where a browser of this machine finds who listens on all addresses. */
function browsable (url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
}

async function sandboxUser (sandbox: Sandbox) {
  const { createSend } = await import('./sandbox/send.ts')
  return createSend(sandbox)
}

function openProvider (provider: Provider, settings: Settings, sandbox: Sandbox | undefined): OpenProvider {
  return sandbox?.open(provider, settings) ?? provider.open({ settings })
}

/** Where a key of access tokens may be kept: beside the journal, if that is a file. */
function directoryOf (journalUrl: string): string {
  const file = journalUrl.startsWith('sqlite:') ? journalUrl.slice('sqlite:'.length) : ':memory:'
  return file === ':memory:' ? './data' : dirname(file)
}

function urlOf (app: FastifyInstance): string {
  return `http://${hostPort(app.server.address() as AddressInfo)}`
}

function hostPort ({ address, host = address, port }: { address?: string, host?: string | undefined, port: number }): string {
  return `${host?.includes(':') ? `[${host}]` : host}:${port}`
}

async function within (end: number, act: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([act, new Promise<void>(resolve => { timer = setTimeout(resolve, Math.max(0, end - Date.now())) })])
  clearTimeout(timer)
}
