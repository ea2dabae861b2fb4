import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { openAppParts } from '../app-parts.ts'
import { buildOps } from '../../src/ops.ts'
import { scopes } from '../../src/token/token.ts'
import { providers } from '../../src/providers/index.ts'
import { openService } from '../../src/service.ts'
import { openSandbox } from '../../src/sandbox/sandbox.ts'
import { createCheck, type Answer } from './check.ts'
import { read, type OpenApi } from './document.ts'
import type { Exchange } from './exchange.ts'
import { exchangesOf } from './exchanges.ts'

const document = JSON.parse(read('openapi.json')) as OpenApi
const isOps = (path: string) => document.paths[path]?.servers !== undefined
const isProbe = (path: string) => /^\/(?:livez|readyz)$/.test(path)
const log = pino({ level: 'silent' })
const page = { origin: 'https://wallet.example' } // on every public request, so that every reply shows its CORS headers
const checks = async () => ({ journal: { status: 'ok' as const } })

async function openApp (t: Test) {
  const { parts, tokenFor, database } = await openAppParts(t, { file: join(t.testdir(), 'journal.db') })
  const sandbox = await openSandbox({ log }) // somebody has to answer for Token.io
  t.teardown(sandbox.close)
  const { providers: settings } = loadConfig({}, providers)
  const opened = providers.map(provider => ({ ...sandbox.open(provider, settings[provider.name] ?? {}) ?? provider.open({ settings: settings[provider.name] ?? {} }), unregistered: 'accept' as const }))
  const app = await buildApp({ ...parts, providers: opened, checks, log })
  t.teardown(async () => { await app.close(); for (const provider of opened) await provider.close() })
  return { app, database, token: tokenFor('app-7', ...scopes) }
}

async function inject (app: FastifyInstance, { method, url, headers, body }: Exchange, more: Exchange['headers'] = {}): Promise<Answer> {
  const payload = body === undefined ? {} : { payload: body }
  const reply = await app.inject({ method: method as 'GET', url, headers: { ...headers, ...more }, ...payload })
  return { status: reply.statusCode, headers: reply.headers as Answer['headers'], body: reply.body }
}

async function request (base: string, { method, url, headers, body }: Exchange, more: Exchange['headers'] = {}): Promise<Answer> {
  const reply = await fetch(`${base}${url}`, { method, headers: { ...headers, ...more }, ...body === undefined ? {} : { body: Buffer.from(body) } })
  return { status: reply.status, headers: Object.fromEntries(reply.headers), body: await reply.text() }
}

function isGuarded ({ path, method, url }: Exchange): boolean {
  return !url.endsWith('/nowhere/at/all') && document.paths[path]?.[method.toLowerCase()]?.security?.some(schemes => 'bearer' in schemes) === true
}

function bearerFor (exchange: Exchange, token: string): Exchange['headers'] {
  return isGuarded(exchange) ? { authorization: `Bearer ${token}` } : {}
}

/** Of a route that pages may call, every reply lets them read it. */
function corsFaults ({ path, method, name }: Exchange, { headers }: Answer): string[] {
  const described = document.paths[path]?.[method.toLowerCase()]?.responses['200']?.headers ?? {}
  return Object.keys(described).filter(header => headers[header.toLowerCase()] === undefined).map(header => `${name}: ${header} is absent`)
}

void t.test('every valid and invalid request of every public operation is answered as the document says', async t => {
  const { app, token } = await openApp(t)
  const check = createCheck(document)
  const exchanges = exchangesOf(document, path => !isOps(path))
  t.ok(exchanges.length > 300)
  for (const exchange of exchanges) {
    const answer = await inject(app, exchange, { ...page, ...bearerFor(exchange, token) })
    t.same([...check(exchange, answer), ...corsFaults(exchange, answer)], [], exchange.name)
    t.ok(answer.status < 500, `${exchange.name}: ${answer.status}`)
    if (isGuarded(exchange)) t.same(check({ ...exchange, expected: 401 }, await inject(app, exchange, page)), [], `${exchange.name}, without a token`)
  }
})

void t.test('so is every one of the ops listener, with its token, without, and from where nobody may ask', async t => {
  const token = 'sesame-sesame-sesame'
  const { parts: { journal } } = await openAppParts(t)
  const [guarded, open] = [await buildOps({ checks, journal, log, token }), await buildOps({ checks, journal, log })]
  t.teardown(() => guarded.close())
  t.teardown(() => open.close())
  const check = createCheck(document)
  for (const exchange of exchangesOf(document, path => isOps(path) || isProbe(path))) {
    t.same(check(exchange, await inject(open, exchange)), [], exchange.name)
    t.same(check(exchange, await inject(guarded, exchange, { authorization: `Bearer ${token}` })), [], exchange.name)
    if (exchange.expected !== 200) continue
    t.same(check({ ...exchange, expected: 403 }, await inject(open, exchange, { host: 'evil.example' })), [], exchange.name)
    t.same(check({ ...exchange, expected: isProbe(exchange.path) ? 200 : 401 }, await inject(guarded, exchange)), [], exchange.name)
  }
})

void t.test('over HTTP, the running service answers so too', async t => {
  const JOURNAL_URL = `sqlite:${join(t.testdir(), 'journal.db')}`
  const config = loadConfig({ HOST: '127.0.0.1', PORT: '0', OPS_PORT: '0', MQTT_LISTEN_PORT: '0', RATE_LIMIT_PER_MINUTE: '1000000000', OID4VP_UNREGISTERED: 'accept', JOURNAL_URL }, providers)
  const service = await openService({ config, providers, log })
  t.teardown(service.close)
  const check = createCheck(document)
  // Node cuts off longer headers; who sends too large a body may be cut off before it reads why
  const fits = ({ url, body = '' }: Exchange) => url.length < 15_000 && body.length < 1_048_576
  for (const exchange of exchangesOf(document).filter(fits)) {
    const isPublic = !isOps(exchange.path)
    const answer = await request(isPublic ? service.addresses.public : service.addresses.ops, exchange, isPublic ? page : {})
    const wanted = isPublic && isGuarded(exchange) ? { ...exchange, expected: 401 } : exchange // who has no token is told so before anything is read
    t.same([...check(wanted, answer), ...isPublic ? corsFaults(exchange, answer) : []], [], exchange.name)
  }
  t.equal((await fetch(`${service.addresses.public}/livez?${'x'.repeat(20_000)}`)).status, 431)
  for (const path of Object.keys(document.paths).filter(isOps)) t.equal((await fetch(`${service.addresses.public}${path}`)).status, 404, `${path} is not public`)
})

void t.test('what cannot be kept is refused as the document says', async t => {
  const { app, database, token } = await openApp(t)
  await database.close()
  const check = createCheck(document)
  const asksNothing = (path: string) => isProbe(path) || path.startsWith('/.well-known/')
  const valid = exchangesOf(document, path => !isOps(path) && !asksNothing(path)).filter(({ expected }) => expected === 200)
  t.ok(valid.length > 10)
  for (const exchange of valid) t.same(check({ ...exchange, expected: 503 }, await inject(app, exchange, { ...page, ...bearerFor(exchange, token) })), [], exchange.name)
})

void t.test('an answer that the document does not know is found', async t => {
  const { app } = await openApp(t)
  const [exchange] = exchangesOf(document, path => !isOps(path) && !isProbe(path))
  if (exchange === undefined) throw new Error('the document has no operation')
  const { path, method } = exchange
  const answer = await inject(app, exchange)
  const operation = document.paths[path]?.[method.toLowerCase()]
  const having = (responses: object) => {
    const paths = { [path]: { [method.toLowerCase()]: { ...operation, responses } } }
    return createCheck({ ...structuredClone(document), paths } as unknown as OpenApi)
  }
  t.same(createCheck(document)(exchange, answer), [])
  const rows: readonly (readonly [string, string[]])[] = [
    ['another status', createCheck(document)({ ...exchange, expected: 400 }, answer)],
    ['a status without a reply', having({})(exchange, answer)],
    ['another media type', having({ 200: { content: { 'text/plain': {} } } })(exchange, answer)],
    ['another form', having({ 200: { content: { 'application/json': { schema: { type: 'object', required: ['absent'] } } } } })(exchange, answer)],
    ['a header less', having({ 200: { headers: { 'X-Absent': {} }, content: operation?.responses['200']?.content } })(exchange, answer)],
    ['a page that is none', createCheck(document)(exchange, { ...answer, headers: { 'content-type': 'text/html' } })],
  ]
  for (const [claim, faults] of rows) t.equal(faults.length, 1, claim)
})
