import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t from 'tap'
import { freePort, startMosquitto, withoutMosquitto } from '../mosquitto.ts'
import { startPostgres, withoutPostgres } from '../postgres.ts'
import { directoryFor } from '../process.ts'
import { subscribe } from '../subscriber.ts'
import { startTokenio } from '../tokenio-server.ts'
import { docker, image, startContainer, withoutImage } from './docker.ts'
import { filesWith, unpack } from './layers.ts'
import { behindTls } from './tls.ts'

const id = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
const later = 'rq:43hA2P34BC9a1jwYmyjmDYBrTETA:5zKtXEAq'
const mandatory = ['PUBLIC_URL', 'MQTT_URL', 'TOKENIO_URL', 'TOKENIO_API_KEY', 'OAUTH_SIGNING_KEY_FILE', 'JOURNAL_ENCRYPTION_KEYS']
const strangers = ['.env', '.npmrc', '.git/config', 'oauth.pem', 'data/journal.db', 'deploy/.env', 'test/secret', 'src/.env', 'src/token/oauth.pem', 'openapi/.env.local']
const queryOf = (id: string) => `request-id=${id}&request_id=${id}`
const privateKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })

interface Configured { readonly User: string, readonly Volumes: object, readonly Env: readonly string[] }
interface Composed { readonly services: { readonly [name: string]: ComposedService } }
interface ComposedService {
  readonly ports?: readonly { readonly host_ip?: string }[]
  readonly environment: { readonly [name: string]: string }
  readonly volumes?: readonly { readonly source: string, readonly target: string }[]
  readonly tmpfs?: readonly string[]
}

const withoutEither = withoutImage || withoutMosquitto

void t.test('in production, as strict as can be, it turns healthy, publishes, survives a crash, and ends with 0 at SIGTERM', { skip: withoutEither }, async t => {
  const mosquitto = await startMosquitto({ tls: true, users: { service: 'its-own', reader: 'its-own' } })
  t.teardown(mosquitto.stop)
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  const directory = t.testdir({ 'oauth.pem': privateKey(), 'mqtt-ca.pem': mosquitto.ca })
  const port = await freePort()
  const container = await startContainer(t, {
    settings: {
      PORT: String(port),
      OPS_PORT: '0',
      PUBLIC_URL: 'https://callbacks.example',
      TOKENIO_URL: await behindTls(t, { url: tokenio.url, directory }),
      TOKENIO_API_KEY: 'k',
      MQTT_URL: mosquitto.tlsUrl,
      MQTT_USERNAME: 'service',
      MQTT_PASSWORD: 'its-own',
      MQTT_CA_FILE: '/settings/mqtt-ca.pem',
      OAUTH_SIGNING_KEY_FILE: '/settings/oauth.pem',
      JOURNAL_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
      NODE_EXTRA_CA_CERTS: '/settings/ca.pem',
    },
    options: ['--user', '1000', '--volume', `${directory}:/settings:ro`],
  })
  await container.healthy()
  const subscriber = await subscribe(t, mosquitto.url, { protocolVersion: 5, username: 'reader', password: 'its-own' })
  const call = async (id: string) => (await fetch(`http://127.0.0.1:${port}/v1/tokenio/callback?${queryOf(id)}`)).status

  t.equal(await call(id), 200)
  t.match((await subscriber.count(1, 20_000))[0]?.event, { type: 'callbacks.tokenio.completed.v1', subject: id, source: 'https://callbacks.example' })

  tokenio.answer(later, { fault: 'hang' })
  t.equal(await call(later), 200)
  await container.crash()
  tokenio.answer(later, { body: { status: 'PROCESSED' } })
  t.match((await subscriber.count(2, 30_000))[1]?.event, { type: 'callbacks.tokenio.completed.v1', subject: later })
  t.equal(await container.stop(), 0)
})

void t.test('any other user of group 0 can run it as well', { skip: withoutImage }, async t => {
  const settings = { NODE_ENV: 'development', PORT: String(await freePort()), OPS_PORT: '0', MQTT_LISTEN_PORT: '0' }
  const container = await startContainer(t, { settings, options: ['--user', '4711'] })
  await container.healthy()
  t.equal(await container.stop(), 0)
})

void t.test('without its settings it refuses to start, and names each', { skip: withoutImage }, async t => {
  const refusal = await docker('run', '--rm', image).catch((thrown: unknown) => thrown)
  t.match(refusal, { code: 1 })
  for (const name of mandatory) t.match(refusal, { stderr: `${name} is missing` })
})

void t.test('it runs as no superuser, keeps its data in one volume, and holds nothing that only a build needs', { skip: withoutImage }, async t => {
  const { User, Volumes, Env } = JSON.parse(await docker('inspect', '--format', '{{json .Config}}', image)) as Configured
  t.strictSame([User, Object.keys(Volumes)], ['1000', ['/data']])
  for (const line of ['NODE_ENV=production', 'JOURNAL_URL=sqlite:/data/journal.db']) t.ok(Env.includes(line), line)
  const needless = ['*.ts', 'typescript', 'tap', 'node-linux-*', '_cacache'].flatMap(name => ['-o', '-name', name]).slice(1)
  t.equal(await docker('run', '--rm', '--network', 'none', '--user', '0', image, 'find', '/app', '/data', '/root', '/home', ...needless), '')
})

void t.test('nothing that lies beside the sources gets into a layer', { skip: withoutImage }, async t => {
  const canary = `canary-${randomBytes(16).toString('hex')}`
  const [context, unpacked] = [directoryFor(t), directoryFor(t)]
  await cp('.', context, { recursive: true, filter: path => !/^(?:node_modules|\.git|\.tap|data)$/.test(path) })
  for (const file of strangers) {
    await mkdir(dirname(join(context, file)), { recursive: true })
    await writeFile(join(context, file), canary)
  }
  const other = `${image}-canary`
  await docker('build', '--quiet', '--tag', other, context)
  t.teardown(() => docker('image', 'rm', other))
  await unpack(other, unpacked)
  t.not((await filesWith('CREATE TABLE', unpacked)).length, 0, 'what is in a layer is found')
  t.strictSame(await filesWith(canary, unpacked), [])
})

const withoutCompose = withoutImage || await docker('compose', 'version').then(() => false as const, () => 'Docker Compose is not installed')

void t.test('for a first look the service is as strict, and the Mosquitto without passwords is published nowhere', { skip: withoutCompose }, async t => {
  const { services } = JSON.parse(await docker('compose', 'config', '--format', 'json')) as Composed
  t.match(services['callback-receiver'], { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], volumes: [{ target: '/data' }] })
  t.notHas(services.mosquitto, { ports: Array })
  t.ok(Object.values(services).flatMap(({ ports = [] }) => ports).every(port => port.host_ip === '127.0.0.1'), 'what is published is for this machine only')
})

void t.test('replicas as they are composed for a first look start together, and sign tokens with one key', { skip: withoutCompose || withoutMosquitto || withoutPostgres }, async t => {
  const { services } = JSON.parse(await docker('compose', '--file', 'compose.replicas.yaml', 'config', '--format', 'json')) as Composed
  const { environment, volumes = [], tmpfs = [] } = services['callback-receiver']!
  const [mosquitto, postgres] = await Promise.all([startMosquitto(), startPostgres()])
  t.teardown(() => Promise.all([mosquitto.stop(), postgres.stop()]))
  const own = `test-${randomBytes(8).toString('hex')}`
  t.teardown(() => Promise.all(volumes.map(({ source }) => docker('volume', 'rm', '--force', `${own}-${source}`)))) // runs last: the containers are gone then
  const options = [...volumes.flatMap(({ source, target }) => ['--volume', `${own}-${source}:${target}`]), ...tmpfs.flatMap(target => ['--tmpfs', target])]
  const JOURNAL_URL = await postgres.fresh()
  const ports = await Promise.all([freePort(), freePort()])
  const replicas = await Promise.all(ports.map(async port => startContainer(t, { settings: { ...environment, PORT: String(port), OPS_PORT: '0', MQTT_URL: mosquitto.url, JOURNAL_URL }, options })))
  for (const replica of replicas) await replica.healthy()

  const [first, second] = await Promise.all(ports.map(async port => (await fetch(`http://127.0.0.1:${port}/.well-known/jwks.json`)).json()))
  t.match(first, { keys: [{ kty: 'EC' }] })
  t.strictSame(first, second)
  const call = async (port: number) => (await fetch(`http://127.0.0.1:${port}/v1/tokenio/callback?${queryOf(id)}`)).json()
  t.strictSame(await call(ports[0]), await call(ports[1]), 'what one journalled, the other recognises')
})
