import type { ErrorObject } from 'ajv'
import { createCompile } from './domain/compile.ts'
import { Failure } from './domain/failure.ts'

type Property = { readonly [word: string]: unknown }
/** What a provider adds to the settings. Named here by shape only: this file imports nothing of ours but the domain. */
export interface ProviderSettings {
  readonly name: string
  readonly settings: { readonly [name: string]: Property }
  faultsOf? (settings: { readonly [name: string]: unknown }, surroundings: { readonly production: boolean, readonly sandbox: boolean }): string[]
}

const text = { type: 'string' } as const
const list = { type: 'array', items: { type: 'string' } } as const
const flag = { type: 'boolean' } as const
const otlpHeader = "^[\\w!#$%&'*+.^`|~-]+ *=(?:[\\x20-\\x24\\x26-\\x7e]|%[2-7][0-9a-fA-F])*$" // W3C Baggage §3.3.1, of characters that a header may have
const port = { type: 'integer', minimum: 0, maximum: 65535 } as const

/** The service's own settings, in the order of `.env.example`. Providers add theirs. */
export const coreSettings = {
  NODE_ENV: { ...text, default: 'development', description: '`production` switches off the sandbox and anonymous subscribers, and demands what production needs.' },
  LOG_LEVEL: { enum: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], default: 'info', description: 'How much is logged.' },
  HOST: { ...text, default: '0.0.0.0', description: 'Address of the public listener.' },
  PORT: { ...port, default: 8080, description: 'Port of the public listener; 0 picks a free one.' },
  OPS_HOST: { ...text, default: '127.0.0.1', description: 'Address of the ops listener. Anything but loopback needs OPS_TOKEN.' },
  OPS_PORT: { ...port, default: 8081, description: 'Port of the ops listener; 0 picks a free one.' },
  OPS_TOKEN: { ...text, minLength: 16, secret: true, description: 'Bearer token of the ops listener.' },
  PUBLIC_URL: { ...text, url: ['http:', 'https:'], description: 'Where the public listener is reached from outside: source of events, issuer of tokens. Mandatory in production.' },
  TRUST_PROXY: { ...list, default: 'loopback,linklocal,uniquelocal', description: 'Whose X-Forwarded-For names the client: addresses, ranges, or a number of hops.' },
  CORS_ORIGINS: { ...list, default: '*', description: 'Origins whose pages may call the routes that allow it.' },
  RETURN_URL_ORIGINS: { ...list, items: { type: 'string', url: ['https:', 'http:'] }, description: 'Origins to which a registration may send the browser of its user; none without it.' },
  BODY_LIMIT_BYTES: { type: 'integer', minimum: 1024, maximum: 16777216, default: 1048576, description: 'Largest request body.' },
  RATE_LIMIT_PER_MINUTE: { type: 'integer', minimum: 1, maximum: 1000000000, default: 600, description: 'Requests of one address in a minute; the pace of every other limiter, too.' },
  PAGE_NAME: { ...text, maxLength: 128, description: 'Whose pages users see: a name at the top of each.' },
  PAGE_COLOR: { ...text, pattern: '^#[0-9a-fA-F]{6}$', default: '#0b5cad', description: 'Colour of the pages that users see, #rrggbb.' },
  MQTT_URL: { ...list, items: { type: 'string', url: ['mqtt:', 'mqtts:', 'ws:', 'wss:'] }, description: 'The broker, or several for failover. Unset: the embedded broker. Mandatory in production.' },
  MQTT_USERNAME: { ...text, description: 'User name at the broker.' },
  MQTT_PASSWORD: { ...text, secret: true, description: 'Password at the broker.' },
  MQTT_CA_FILE: { ...text, description: 'Certificate authorities of the broker, PEM.' },
  MQTT_CERT_FILE: { ...text, description: 'Our certificate for the broker, PEM.' },
  MQTT_KEY_FILE: { ...text, description: 'The key of MQTT_CERT_FILE, PEM.' },
  MQTT_CLIENT_ID: { ...text, maxLength: 128, description: 'Client id at the broker. Unset: unique for each process.' },
  MQTT_TOPIC_PREFIX: { ...text, pattern: '^[^+#$\\u0000-\\u001f/][^+#\\u0000-\\u001f]*[^+#/\\u0000-\\u001f]$', default: 'callbacks/v1', description: 'First levels of every topic.' },
  MQTT_EVENT_EXPIRY_SECONDS: { type: 'integer', minimum: 1, maximum: 604800, default: 900, description: 'How long an event stays retained.' },
  MQTT_LISTEN_HOST: { ...text, default: '127.0.0.1', description: 'Address of the embedded broker.' },
  MQTT_LISTEN_PORT: { ...port, default: 1883, description: 'Port of the embedded broker; 0 picks a free one.' },
  JOURNAL_URL: { ...text, pattern: '^(sqlite:.+|postgres(ql)?://.+)$', default: 'sqlite:./data/journal.db', description: 'Where callbacks are kept: sqlite:FILE, or postgres://….' },
  JOURNAL_ENCRYPTION_KEYS: { ...list, items: { type: 'string', pattern: '^[A-Za-z0-9+/_-]{43}=?$' }, secret: true, description: 'Keys that seal the journal, base64 of 32 bytes each; the first seals, all open. Mandatory in production.' },
  RETENTION_HOURS: { type: 'integer', minimum: 1, maximum: 8760, default: 168, description: 'How long payloads are kept after their events are delivered or given up; what recognises a repeat stays 30 days longer.' },
  DELIVERY_MAX_ATTEMPTS: { type: 'integer', minimum: 1, maximum: 10000, default: 200, description: 'Failed tries before an entry is buried; outages do not count.' },
  SHUTDOWN_GRACE_SECONDS: { type: 'integer', minimum: 0, maximum: 600, default: 5, description: 'Longest time from SIGTERM to exit.' },
  OAUTH_CLIENTS_FILE: { ...text, description: 'Who may ask for tokens: a JSON list of { client_id, jwks | jwks_uri, scope, delegates? }. Read again when it changes.' },
  OAUTH_ALLOW_DID: { ...flag, default: false, description: 'Makes every did:key and did:jwk a client of its own, with scope subscribe.' },
  OAUTH_SIGNING_KEY_FILE: { ...text, description: 'Keys of access tokens, EC P-256, PEM or JWK; the first signs, all are published. Mandatory in production, else made and kept in ./data.' },
  ACCESS_TOKEN_TTL_SECONDS: { type: 'integer', minimum: 60, maximum: 86400, default: 3600, description: 'How long an access token lives.' },
  SANDBOX: { ...flag, description: 'Simulated Token.io in the process. Default: on outside production while TOKENIO_URL is unset.' },
  ALLOW_EMBEDDED_IN_PRODUCTION: { ...flag, default: false, description: 'Lets production run on the embedded broker.' },
  OTEL_EXPORTER_OTLP_ENDPOINT: { ...text, url: ['http:', 'https:'], description: 'OpenTelemetry collector that takes OTLP over HTTP, such as http://127.0.0.1:4318: traces go there. Unset: nothing is traced.' },
  OTEL_EXPORTER_OTLP_HEADERS: { ...list, items: { type: 'string', pattern: otlpHeader }, secret: true, description: 'What the collector wants in each request: NAME=VALUE, values percent-encoded.' },
} as const

export interface Config {
  readonly NODE_ENV: string
  readonly LOG_LEVEL: string
  readonly HOST: string
  readonly PORT: number
  readonly OPS_HOST: string
  readonly OPS_PORT: number
  readonly OPS_TOKEN?: string
  readonly PUBLIC_URL?: string
  readonly TRUST_PROXY: readonly string[]
  readonly CORS_ORIGINS: readonly string[]
  readonly RETURN_URL_ORIGINS?: readonly string[]
  readonly BODY_LIMIT_BYTES: number
  readonly RATE_LIMIT_PER_MINUTE: number
  readonly PAGE_NAME?: string
  readonly PAGE_COLOR: string
  readonly MQTT_URL?: readonly string[]
  readonly MQTT_USERNAME?: string
  readonly MQTT_PASSWORD?: string
  readonly MQTT_CA_FILE?: string
  readonly MQTT_CERT_FILE?: string
  readonly MQTT_KEY_FILE?: string
  readonly MQTT_CLIENT_ID?: string
  readonly MQTT_TOPIC_PREFIX: string
  readonly MQTT_EVENT_EXPIRY_SECONDS: number
  readonly MQTT_LISTEN_HOST: string
  readonly MQTT_LISTEN_PORT: number
  readonly JOURNAL_URL: string
  readonly JOURNAL_ENCRYPTION_KEYS?: readonly string[]
  readonly RETENTION_HOURS: number
  readonly DELIVERY_MAX_ATTEMPTS: number
  readonly SHUTDOWN_GRACE_SECONDS: number
  readonly OAUTH_CLIENTS_FILE?: string
  readonly OAUTH_ALLOW_DID: boolean
  readonly OAUTH_SIGNING_KEY_FILE?: string
  readonly ACCESS_TOKEN_TTL_SECONDS: number
  readonly SANDBOX: boolean
  readonly ALLOW_EMBEDDED_IN_PRODUCTION: boolean
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string
  readonly OTEL_EXPORTER_OTLP_HEADERS?: readonly string[]
  /** Settings of each provider, by its name. */
  readonly providers: { readonly [name: string]: { readonly [name: string]: unknown } }
}

/** All settings, the providers' among them. */
export function settingsOf (providers: readonly ProviderSettings[]): { readonly [name: string]: Property } {
  return Object.assign({}, coreSettings, ...providers.map(provider => provider.settings)) as { [name: string]: Property }
}

/**
 * Environment to one frozen Config. Lists are comma-separated, an empty value is an unset one. Throws `SETTINGS_INVALID`
 * with one detail for each fault: all of them at once, values never repeated.
 */
export function loadConfig (environment: { readonly [name: string]: string | undefined }, providers: readonly ProviderSettings[]): Config {
  const schema = settingsOf(providers)
  const given: { [name: string]: unknown } = {}
  const defaults: { [name: string]: unknown } = {}
  for (const [name, property] of Object.entries(schema)) {
    const text = environment[name]?.trim()
    if (text) given[name] = valueOf(property, text)
    else if (property.default !== undefined) defaults[name] = valueOf(property, property.default)
  }
  const faults = schemaFaults(pick(schema, Object.keys(given)), given)
  const read = { ...defaults, ...given }
  const production = read.NODE_ENV === 'production'
  const sandbox = read.SANDBOX === undefined ? !production && !environment.TOKENIO_URL?.trim() : read.SANDBOX === true
  const ofProviders: { [name: string]: { [name: string]: unknown } } = {}
  for (const provider of providers) {
    const own = Object.fromEntries(Object.keys(provider.settings).filter(name => name in read).map(name => [name, read[name]]))
    ofProviders[provider.name] = own
    faults.push(...provider.faultsOf?.(own, { production, sandbox }) ?? [])
  }
  const config = { ...pick(read, Object.keys(coreSettings)), SANDBOX: sandbox, providers: ofProviders } as unknown as Config
  faults.push(...faultsTogether(config, production))
  if (production && isPlainPostgres(config.JOURNAL_URL, environment)) faults.push('JOURNAL_URL must ask for TLS that is verified (sslmode=verify-full) in production, but for PostgreSQL on this machine')
  if (production && environment.NODE_TLS_REJECT_UNAUTHORIZED?.trim() === '0') faults.push('NODE_TLS_REJECT_UNAUTHORIZED must not be 0 in production: Node would verify no certificate')
  if (faults.length > 0) throw settingsInvalid([...new Set(faults)])
  return freeze(config)
}

function valueOf ({ type }: Property, value: unknown): unknown {
  return type === 'array' && typeof value === 'string' ? value.split(',').map(item => item.trim()).filter(item => item !== '') : value
}

/** Makes the values what their schemas say. Of settings that nobody gave none is compiled: the whole table takes 70 ms of the start. */
function schemaFaults (properties: object, given: object): string[] {
  const isMet = compile({ type: 'object', properties })
  return isMet(given) ? [] : (isMet.errors ?? []).map(sentenceOf)
}

const compile = createCompile({
  allErrors: true,
  coerceTypes: true,
  strict: true,
  allowUnionTypes: true,
  keywords: [
    { keyword: 'secret', schemaType: 'boolean' },
    { keyword: 'url', schemaType: 'array', validate: isUrl, error: { message: 'must be a URL of an allowed scheme' } },
  ],
})

function isUrl (schemes: readonly string[], value: string): boolean {
  return URL.canParse(value) && schemes.includes(new URL(value).protocol)
}

function sentenceOf ({ instancePath, message, params }: ErrorObject): string {
  const [, name, item] = instancePath.split('/')
  const allowed = 'allowedValues' in params ? `: ${(params.allowedValues as string[]).join(', ')}` : ''
  return `${name}${item === undefined ? '' : ` (item ${Number(item) + 1})`} ${message}${allowed}`
}

function faultsTogether (config: Config, production: boolean): string[] {
  const faults: string[] = []
  if (!isLoopback(config.OPS_HOST) && config.OPS_TOKEN === undefined) faults.push('OPS_TOKEN is missing: an ops listener on anything but loopback needs it')
  if ((config.MQTT_CERT_FILE === undefined) !== (config.MQTT_KEY_FILE === undefined)) faults.push('MQTT_CERT_FILE and MQTT_KEY_FILE go together')
  if (!production) return faults
  if (config.SANDBOX) faults.push('SANDBOX must not be on in production')
  if (config.PUBLIC_URL === undefined) faults.push('PUBLIC_URL is missing: production needs it')
  faults.push(...plainUrls(config))
  if (config.MQTT_URL === undefined && !config.ALLOW_EMBEDDED_IN_PRODUCTION) faults.push('MQTT_URL is missing: production needs it (or ALLOW_EMBEDDED_IN_PRODUCTION=true)')
  if (config.OAUTH_SIGNING_KEY_FILE === undefined) faults.push('OAUTH_SIGNING_KEY_FILE is missing: production needs it')
  if (config.JOURNAL_ENCRYPTION_KEYS?.some(isWeakKey) === true) faults.push('JOURNAL_ENCRYPTION_KEYS must be random bytes: one of them repeats itself')
  if (config.JOURNAL_ENCRYPTION_KEYS === undefined) faults.push('JOURNAL_ENCRYPTION_KEYS is missing: production needs it')
  return faults
}

/** Of 32 random bytes, fewer than 16 different ones are never seen: it was typed, or copied from an example. */
function isWeakKey (key: string): boolean {
  return new Set(Buffer.from(key, 'base64')).size < 16
}

/** What would cross the network in the clear. Loopback is no network. */
function plainUrls ({ PUBLIC_URL, MQTT_URL = [], RETURN_URL_ORIGINS = [], OTEL_EXPORTER_OTLP_ENDPOINT = '', OTEL_EXPORTER_OTLP_HEADERS }: Config): string[] {
  const isPlain = (text: string) => URL.canParse(text) && ['http:', 'ws:', 'mqtt:'].includes(new URL(text).protocol) && !isLoopback(new URL(text).hostname.replace(/^\[|\]$/g, ''))
  const faults: string[] = []
  if (PUBLIC_URL !== undefined && isPlain(PUBLIC_URL)) faults.push('PUBLIC_URL must be https in production')
  if (MQTT_URL.some(isPlain)) faults.push('MQTT_URL must be mqtts or wss in production, but for a broker on this machine')
  if (RETURN_URL_ORIGINS.some(isPlain)) faults.push('RETURN_URL_ORIGINS must be https in production')
  if (OTEL_EXPORTER_OTLP_HEADERS !== undefined && isPlain(OTEL_EXPORTER_OTLP_ENDPOINT)) faults.push('OTEL_EXPORTER_OTLP_ENDPOINT must be https in production where OTEL_EXPORTER_OTLP_HEADERS is set, but for a collector on this machine')
  return faults
}

/** As node-postgres reads its URL and its own environment: of a name that is given twice the last one counts, `host` goes before the URL's own. */
function isPlainPostgres (text: string, { PGHOST, PGSSLMODE }: { readonly [name: string]: string | undefined }): boolean {
  if (!/^postgres(?:ql)?:/.test(text)) return false
  const url = URL.parse(text)
  const given = Object.fromEntries((url ?? URL.parse(text.replace('@/', '@no-host/')))?.searchParams ?? [])
  const host = given.host || url?.hostname.replace(/^%2f/i, '/') || PGHOST || 'localhost'
  return !host.startsWith('/') && !isLoopback(host.replace(/^\[|\]$/g, '')) && !isVerified(given, PGSSLMODE)
}

/** Every mode of these verifies all, but where `uselibpqcompat` gives them the weaker sense that they have elsewhere. */
const verifying = ['prefer', 'require', 'verify-ca', 'verify-full']

function isVerified ({ sslmode, ssl, sslcert, sslkey, sslrootcert, sslnegotiation, uselibpqcompat }: { readonly [name: string]: string | undefined }, ofEnvironment = ''): boolean {
  if (sslmode) return uselibpqcompat === 'true' ? sslmode.startsWith('verify-') || (sslmode === 'require' && Boolean(sslrootcert)) : verifying.includes(sslmode)
  if (sslcert || sslkey || sslrootcert) return true
  if (ssl !== undefined) return ssl === 'true' || ssl === '1'
  return sslnegotiation === 'direct' || verifying.includes(ofEnvironment)
}

function isLoopback (host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function settingsInvalid (faults: readonly string[]): Failure {
  const details = faults.map(issue => ({ issue, field: issue.split(' ')[0] ?? '', location: 'body' as const }))
  return new Failure('SETTINGS_INVALID', { details, reason: `The settings are wrong:\n${faults.map(fault => `  - ${fault}`).join('\n')}` })
}

function pick (from: { readonly [name: string]: unknown }, names: readonly string[]): object {
  return Object.fromEntries(names.filter(name => name in from).map(name => [name, from[name]]))
}

function freeze<T extends object> (value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) freeze(member)
  return Object.freeze(value)
}
