import { pino } from 'pino'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.ts'
import { Failure } from '../../src/domain/failure.ts'
import { tokenio } from '../../src/providers/tokenio/index.ts'
import { openAppParts } from '../app-parts.ts'

const id = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
const url = `/v1/tokenio/callback?request-id=${id}&request_id=${id}`
const page = { url, headers: { accept: 'text/html' } }

/** The public face with one registered key, and each look for a registration. */
async function openFace (t: Pick<Test, 'teardown'>, { unregistered = 'accept', isAway = false }: { readonly unregistered?: 'accept' | 'reject', readonly isAway?: boolean } = {}) {
  const { parts } = await openAppParts(t)
  const provider = tokenio.open({ settings: { TOKENIO_URL: 'http://127.0.0.1:1', TOKENIO_ID_PATTERN: '^rq:.+$', TOKENIO_RESULT_DEADLINE_SECONDS: 60, TOKENIO_UNREGISTERED: unregistered } })
  t.teardown(provider.close)
  const looks: string[] = []
  const registrations = {
    ...parts.registrations,
    async find (provider: string, key: string) {
      looks.push(key)
      if (isAway) throw new Failure('JOURNAL_UNAVAILABLE')
      return parts.registrations.find(provider, key)
    },
  }
  const app = await buildApp({ ...parts, registrations, providers: [provider], log: pino({ enabled: false }) })
  t.teardown(() => app.close())
  const register = () => parts.registrations.register({
    provider: 'tokenio', key: id, owner: 'app', subscriber: 'app', expiresAt: Date.now() + 60_000, returnUrl: 'https://app.example/done', details: {}, reply: {},
  }, 'wish')
  return { app, looks, register, journal: parts.journal }
}

void t.test('where a registration decides nothing, no reply as JSON waits for a look at it', async t => {
  const { app, looks, register } = await openFace(t)
  await register()
  t.equal((await app.inject(url)).statusCode, 200)
  t.equal((await app.inject({ method: 'POST', url: '/v1/tokenio/callback', payload: { 'request-id': id, request_id: id } })).statusCode, 200)
  t.same(looks, [])
})

void t.test('a browser is sent to the return URL that was registered, by one look', async t => {
  const { app, looks, register } = await openFace(t)
  t.equal((await app.inject(page)).statusCode, 200)
  await register()
  const sent = await app.inject(page)
  t.match([sent.statusCode, sent.headers.location], [303, /^https:\/\/app\.example\/done/])
  t.same(looks, [id, id])
})

void t.test('a browser is told nothing of a callback whose registration cannot be read', async t => {
  const { app } = await openFace(t, { isAway: true })
  t.equal((await app.inject(page)).statusCode, 503)
})

void t.test('where it decides, it is looked for first: a key that nobody registered is refused, and not kept', async t => {
  const { app, looks, register, journal } = await openFace(t, { unregistered: 'reject' })
  t.equal((await app.inject(url)).statusCode, 403)
  t.same([looks, await journal.claim('tokenio', 1)], [[id], []])
  await register()
  t.equal((await app.inject(url)).statusCode, 200)
  t.equal(looks.length, 2)
})
