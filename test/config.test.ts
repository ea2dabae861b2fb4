import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import t from 'tap'
import { coreSettings, loadConfig, settingsOf, type ProviderSettings } from '../src/config.ts'
import { Failure } from '../src/domain/failure.ts'
import { providers as known } from '../src/providers/index.ts'

/** Its types hide what it read. */
const Reader = Client as unknown as new (url: string) => { readonly connectionParameters: { readonly ssl: boolean | '' | { readonly rejectUnauthorized?: boolean }, readonly host: string, readonly isDomainSocket: boolean } }

const toy: ProviderSettings = {
  name: 'toy',
  settings: { TOY_URL: { type: 'string', url: ['https:'] }, TOY_PACE: { type: 'integer', minimum: 1, default: 5 }, TOY_SECRET: { type: 'string', minLength: 8, secret: true } },
  faultsOf: ({ TOY_URL }, { production, sandbox }) => TOY_URL === undefined && production ? [`TOY_URL is missing: production needs it (sandbox ${sandbox})`] : [],
}

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://callbacks.example',
  MQTT_URL: 'mqtts://broker.example',
  JOURNAL_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
  OAUTH_SIGNING_KEY_FILE: './data/key.pem',
  TOY_URL: 'https://toy.example',
}

type Environment = { readonly [name: string]: string | undefined }

function faultsOf (environment: Environment, providers = [toy]): Failure {
  try {
    loadConfig(environment, providers)
  } catch (thrown) {
    if (thrown instanceof Failure) return thrown
    throw thrown
  }
  throw new Error('no fault was found')
}

const fieldsOf = (environment: Environment) => faultsOf(environment).details.map(detail => detail.field)

void t.test('an empty environment gives the defaults', async t => {
  const config = loadConfig({}, [toy])
  const { SANDBOX, providers, ...own } = config
  for (const [name, property] of Object.entries(coreSettings)) {
    if (name === 'SANDBOX') continue
    const read = own[name as keyof typeof own]
    t.equal(read === undefined ? undefined : String(read), 'default' in property ? String(property.default) : undefined, name)
  }
  t.equal(SANDBOX, true)
  t.strictSame(providers, { toy: { TOY_PACE: 5 } })
})

void t.test('a default is what the setting takes from the environment', async t => {
  const defaults = Object.entries(settingsOf(known)).flatMap(([name, property]) => property.default === undefined ? [] : [[name, String(property.default)]])
  t.ok(defaults.length > 20)
  t.strictSame(loadConfig(Object.fromEntries(defaults), known), loadConfig({}, known))
})

void t.test('every setting says what it is for', async t => {
  for (const [name, property] of Object.entries(coreSettings)) t.match(property.description, /^\S.*\.$/, name)
})

void t.test("the providers' settings follow the service's own", async t => {
  t.strictSame(Object.keys(settingsOf([toy])), [...Object.keys(coreSettings), 'TOY_URL', 'TOY_PACE', 'TOY_SECRET'])
})

void t.test('text becomes numbers, flags and lists', async t => {
  const { PORT, ALLOW_EMBEDDED_IN_PRODUCTION, CORS_ORIGINS, MQTT_URL, providers } = loadConfig({
    PORT: ' 9000 ', ALLOW_EMBEDDED_IN_PRODUCTION: 'true', CORS_ORIGINS: 'https://a.example, https://b.example,,', MQTT_URL: 'mqtt://a,ws://b/mqtt', TOY_PACE: '7',
  }, [toy])
  t.strictSame({ PORT, ALLOW_EMBEDDED_IN_PRODUCTION, CORS_ORIGINS, MQTT_URL, providers }, {
    PORT: 9000, ALLOW_EMBEDDED_IN_PRODUCTION: true, CORS_ORIGINS: ['https://a.example', 'https://b.example'], MQTT_URL: ['mqtt://a', 'ws://b/mqtt'], providers: { toy: { TOY_PACE: 7 } },
  })
})

void t.test('an empty value is an unset one', async t => {
  const empty = Object.fromEntries(Object.keys(settingsOf([toy])).map(name => [name, name === 'PORT' ? '  ' : '']))
  t.strictSame(loadConfig(empty, [toy]), loadConfig({}, [toy]))
  t.equal(loadConfig({ TOKENIO_URL: '' }, []).SANDBOX, true)
})

void t.test('what is not a setting is ignored', async t => {
  t.strictSame(loadConfig({ HOME: '/root', PATH: '/bin' }, []), loadConfig({}, []))
})

void t.test('nothing in the settings can be changed', async t => {
  const config = loadConfig({}, [toy])
  for (const part of [config, config.CORS_ORIGINS, config.providers, config.providers.toy]) t.ok(Object.isFrozen(part))
})

void t.test('all faults are listed at once, the providers\' among them', async t => {
  const failure = faultsOf({
    LOG_LEVEL: 'loud', PORT: 'eighty', OPS_PORT: '70000', BODY_LIMIT_BYTES: '1', PUBLIC_URL: 'example.com', MQTT_URL: 'mqtt://fine,http://wrong',
    JOURNAL_URL: 'mysql://a', MQTT_TOPIC_PREFIX: 'a/#', SANDBOX: 'perhaps', OPS_HOST: '0.0.0.0', MQTT_KEY_FILE: 'key.pem', TOY_PACE: '0',
  })
  t.equal(failure.code, 'SETTINGS_INVALID')
  t.strictSame(failure.details.map(detail => detail.field).toSorted(), [
    'BODY_LIMIT_BYTES', 'JOURNAL_URL', 'LOG_LEVEL', 'MQTT_CERT_FILE', 'MQTT_TOPIC_PREFIX', 'MQTT_URL', 'OPS_PORT', 'OPS_TOKEN', 'PORT', 'PUBLIC_URL', 'SANDBOX', 'TOY_PACE',
  ])
  for (const { issue } of failure.details) t.ok(failure.reason.includes(`  - ${issue}`), issue)
  t.match(failure.reason, /MQTT_URL \(item 2\) must be a URL of an allowed scheme/)
  t.match(failure.reason, /LOG_LEVEL must be equal to one of the allowed values: fatal, error/)
})

void t.test('a value is never repeated in a fault', async t => {
  const wrong = 'hunter2'
  const names = Object.entries(settingsOf([toy])).filter(([, property]) => property.type !== 'string' || property.secret === true || property.url !== undefined).map(([name]) => name)
  const failure = faultsOf({ ...Object.fromEntries(names.map(name => [name, wrong])), OPS_TOKEN: wrong, JOURNAL_ENCRYPTION_KEYS: wrong, TOY_SECRET: wrong })
  for (const field of ['OPS_TOKEN', 'JOURNAL_ENCRYPTION_KEYS', 'TOY_SECRET', 'PUBLIC_URL']) t.ok(failure.details.some(detail => detail.field === field), field)
  t.notMatch(JSON.stringify([failure, failure.message, failure.reason, failure.details]), wrong)
})

void t.test('a wrong setting is refused, a right one is taken', async t => {
  for (const [name, wrong, right] of [
    ['JOURNAL_URL', ['sqlite:', 'file:a', 'postgres://'], ['sqlite::memory:', 'sqlite:./a.db', 'postgres://a@b/c', 'postgresql://a']],
    ['MQTT_TOPIC_PREFIX', ['/a', 'a/', '$SYS/a', 'a/+/b', '#'], ['callbacks/v1', 'ab', 'a/b/c']],
    ['MQTT_URL', ['broker:1883', 'http://a'], ['mqtt://a:1883', 'mqtts://a,mqtts://b', 'wss://a/mqtt']],
    ['JOURNAL_ENCRYPTION_KEYS', ['short', 'A'.repeat(44)], [`${'A'.repeat(43)}=`, `${'-'.repeat(43)},${'_'.repeat(43)}`]],
    ['PORT', ['-1', '65536', '1.5'], ['0', '65535']],
  ] as const) {
    for (const value of wrong) t.strictSame(fieldsOf({ [name]: value }), [name], `${name}=${value}`)
    for (const value of right) t.doesNotThrow(() => loadConfig({ [name]: value }, []), `${name}=${value}`)
  }
})

void t.test('production demands what it needs', async t => {
  t.strictSame(fieldsOf({ NODE_ENV: 'production' }).toSorted(), ['JOURNAL_ENCRYPTION_KEYS', 'MQTT_URL', 'OAUTH_SIGNING_KEY_FILE', 'PUBLIC_URL', 'TOY_URL'])
  t.doesNotThrow(() => loadConfig(production, [toy]))
  t.equal(loadConfig(production, [toy]).SANDBOX, false)
})

void t.test('production runs on the embedded broker only when told to', async t => {
  t.strictSame(fieldsOf({ ...production, MQTT_URL: '' }), ['MQTT_URL'])
  t.doesNotThrow(() => loadConfig({ ...production, MQTT_URL: '', ALLOW_EMBEDDED_IN_PRODUCTION: 'true' }, [toy]))
})

void t.test('production verifies certificates: what switches that off in all of Node is refused beside the other faults', async t => {
  t.strictSame(fieldsOf({ ...production, NODE_TLS_REJECT_UNAUTHORIZED: '0', PUBLIC_URL: '' }).toSorted(), ['NODE_TLS_REJECT_UNAUTHORIZED', 'PUBLIC_URL'])
  for (const NODE_TLS_REJECT_UNAUTHORIZED of ['1', '', undefined]) t.doesNotThrow(() => loadConfig({ ...production, NODE_TLS_REJECT_UNAUTHORIZED }, [toy]))
  t.doesNotThrow(() => loadConfig({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, [toy]), 'outside production it is for trying things')
})

void t.test('nothing leaves a production machine in the clear, and no weak key seals: all faults at once', async t => {
  t.strictSame(fieldsOf({
    ...production, PUBLIC_URL: 'http://callbacks.example', MQTT_URL: 'mqtts://a,mqtt://b', RETURN_URL_ORIGINS: 'https://a,http://b.example', OPS_HOST: '0.0.0.0', JOURNAL_ENCRYPTION_KEYS: `${'A'.repeat(43)}=`,
  }).toSorted(), ['JOURNAL_ENCRYPTION_KEYS', 'MQTT_URL', 'OPS_TOKEN', 'PUBLIC_URL', 'RETURN_URL_ORIGINS'])
  for (const MQTT_URL of ['mqtt://broker.example', 'ws://broker.example/mqtt', 'mqtt://10.0.0.1', 'mqtt://localhost.evil.example', 'mqtt://127.0.0.1.evil.example']) {
    t.strictSame(fieldsOf({ ...production, MQTT_URL }), ['MQTT_URL'], MQTT_URL)
  }
  for (const MQTT_URL of ['mqtt://127.0.0.1:1883', 'mqtt://localhost', 'ws://[::1]:9001/mqtt', 'mqtts://a,wss://b']) t.doesNotThrow(() => loadConfig({ ...production, MQTT_URL }, []), MQTT_URL)
})

void t.test('PostgreSQL is reached over TLS that is verified, or on this machine, as node-postgres reads its URL', async t => {
  const to = (query: string, host = 'db.example') => `postgres://user:secret@${host}/callbacks${query}`
  const refused: readonly (readonly [url: string, environment?: Environment])[] = [
    [to('')], [to('', '10.0.0.1')], [to('', 'localhost.evil.example')], [to('', '[fd00::1]')], ['postgresql://db.example/callbacks'],
    [to('?sslmode=disable')], [to('?sslmode=no-verify')], [to('?ssl=0')], [to('?ssl=no-verify')], [to('?ssl=')], [to('?ssl=true&sslmode=disable')], [to('?sslrootcert=ca.pem&sslmode=no-verify')],
    [to('?sslmode=verify-full&sslmode=disable')], [to('?uselibpqcompat=true&sslmode=require')], [to('?uselibpqcompat=true&sslmode=prefer')], [to('?host=db.example', 'localhost')],
    [to(''), { PGSSLMODE: 'disable' }], [to(''), { PGSSLMODE: 'no-verify' }], [to('?ssl=0'), { PGSSLMODE: 'verify-full' }], ['postgres:///callbacks', { PGHOST: 'db.example' }], ['postgres://user:secret@/callbacks', { PGHOST: 'db.example' }],
  ]
  for (const [JOURNAL_URL, environment] of refused) {
    const { details, reason } = faultsOf({ ...production, ...environment, JOURNAL_URL })
    t.match(details, [{ field: 'JOURNAL_URL', issue: /sslmode=verify-full/ }], JOURNAL_URL)
    t.equal(details.length, 1)
    t.notMatch(reason, 'secret')
  }
  const taken: readonly (readonly [url: string, environment?: Environment])[] = [
    ...['verify-full', 'verify-ca', 'require', 'prefer'].map(mode => [to(`?sslmode=${mode}`)] as const), [to('?ssl=true')], [to('?ssl=1')], [to('?sslnegotiation=direct')], [to('?ssl=0&sslmode=verify-full')],
    [to('?uselibpqcompat=true&sslmode=verify-full')], [to(''), { PGSSLMODE: 'verify-full' }],
    [to('', 'localhost')], [to('?sslmode=disable', '127.0.0.1:5433')], [to('', '[::1]')], ['postgres:///callbacks'], ['postgres://user:secret@/callbacks'], [to('?host=localhost')],
    ['postgres://%2Fvar%2Frun%2Fpostgresql/callbacks'], ['postgres:///callbacks?host=/var/run/postgresql'], ['postgres:///callbacks', { PGHOST: '/var/run/postgresql' }], ['sqlite:./data/journal.db'],
  ]
  for (const [JOURNAL_URL, environment] of taken) t.doesNotThrow(() => loadConfig({ ...production, ...environment, JOURNAL_URL }, [toy]), JOURNAL_URL)
  t.doesNotThrow(() => loadConfig({ JOURNAL_URL: to('') }, []), 'outside production nothing is demanded')

  for (const [url] of [...refused, ...taken].filter(([url, environment]) => url.startsWith('postgres') && environment === undefined && !url.includes('sslrootcert'))) {
    const { ssl, host, isDomainSocket } = new Reader(url).connectionParameters // its own reading: TLS that is verified, or nothing that leaves this machine
    const isSafe = isDomainSocket || /^(?:localhost|127\.0\.0\.1|::1)$/.test(host) || (ssl !== false && ssl !== '' && (ssl === true || ssl.rejectUnauthorized !== false))
    t.equal(isSafe, taken.some(([other, environment]) => other === url && environment === undefined), url)
  }
})

void t.test('the sandbox is on where nobody else answers, and never in production', async t => {
  t.equal(loadConfig({}, []).SANDBOX, true)
  t.equal(loadConfig({ TOKENIO_URL: 'https://api.example' }, []).SANDBOX, false)
  t.equal(loadConfig({ SANDBOX: 'false' }, []).SANDBOX, false)
  t.equal(loadConfig({ TOKENIO_URL: 'https://api.example', SANDBOX: 'true' }, []).SANDBOX, true)
  t.strictSame(fieldsOf({ ...production, SANDBOX: 'true' }), ['SANDBOX'])
})

void t.test('an ops listener on anything but loopback needs a token', async t => {
  for (const OPS_HOST of ['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'ops.example']) {
    t.strictSame(fieldsOf({ OPS_HOST }), ['OPS_TOKEN'], OPS_HOST)
    t.doesNotThrow(() => loadConfig({ OPS_HOST, OPS_TOKEN: 'a token that is long enough' }, []), OPS_HOST)
  }
  for (const OPS_HOST of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) t.doesNotThrow(() => loadConfig({ OPS_HOST }, []), OPS_HOST)
})

void t.test("the broker's certificate and its key go together", async t => {
  t.strictSame(fieldsOf({ MQTT_CERT_FILE: 'a.pem' }), ['MQTT_CERT_FILE'])
  t.strictSame(fieldsOf({ MQTT_KEY_FILE: 'a.pem' }), ['MQTT_CERT_FILE'])
  t.doesNotThrow(() => loadConfig({ MQTT_CERT_FILE: 'a.pem', MQTT_KEY_FILE: 'b.pem' }, []))
})

void t.test("what a collector wants to be shown is a header, and crosses no network in the clear", async t => {
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'https://collector.example'
  const OTEL_EXPORTER_OTLP_HEADERS = 'authorization=Basic%20c2VjcmV0=,x-tenant = seven'
  t.strictSame(loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS }, []).OTEL_EXPORTER_OTLP_HEADERS, ['authorization=Basic%20c2VjcmV0=', 'x-tenant = seven'])
  for (const wrong of ['secret', '=secret', 'a b=c', 'a=%', 'a=%0a', 'a=%ff', 'a=\u00e9']) {
    const { details, reason } = faultsOf({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: wrong })
    t.strictSame(details.map(({ field }) => field), ['OTEL_EXPORTER_OTLP_HEADERS'], wrong)
    t.notMatch(reason, 'secret')
  }
  t.strictSame(fieldsOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://collector.example' }), ['OTEL_EXPORTER_OTLP_ENDPOINT'])
  const plain = { ...production, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318' }
  t.doesNotThrow(() => loadConfig(plain, []))
  t.strictSame(fieldsOf({ ...plain, OTEL_EXPORTER_OTLP_HEADERS }), ['OTEL_EXPORTER_OTLP_ENDPOINT'])
  t.doesNotThrow(() => loadConfig({ ...plain, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_EXPORTER_OTLP_HEADERS }, []))
})
