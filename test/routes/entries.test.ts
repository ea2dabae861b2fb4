import { pino } from 'pino'
import t, { type Test } from 'tap'
import { Failure } from '../../src/domain/failure.ts'
import { buildOps } from '../../src/ops.ts'
import { openAppParts } from '../app-parts.ts'

const start = Date.parse('2026-01-01T00:00:00Z')

async function open (t: Test) {
  const clock = { now: start }
  const { parts: { journal }, database } = await openAppParts(t, { now: () => clock.now })
  const ops = await buildOps({ checks: async () => ({}), journal, log: pino({ level: 'silent' }) })
  t.teardown(() => ops.close())
  const ask = async (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) => {
    const reply = await ops.inject({ method, url, ...payload === undefined ? {} : { payload } })
    return { status: reply.statusCode, body: reply.json() }
  }
  const append = async (key: string) => {
    const { id } = await journal.append({ provider: 'toy', channel: 'back', key, parameters: {}, traceparent: '' })
    const [claim] = await journal.claim('toy', 1)
    return { id, claim: claim! }
  }
  async function buried (key: string): Promise<string> {
    const { id, claim } = await append(key)
    await journal.bury(claim, new Failure('RESULT_REFUSED', { reason: 'status 400' }))
    return id
  }
  async function delivered (key: string): Promise<string> {
    const { id, claim } = await append(key)
    const payload = JSON.stringify({ data: { status: 'DONE', name: 'x', holder: 'Ana' } })
    await journal.recordEvents(claim, { events: [{ id: `e-${key}`, type: 'toy', topic: `t/${key}`, payload }], gist: 'done', final: true })
    const [event] = await journal.claimEvents(1)
    await journal.markPublished(event!)
    return id
  }
  return { clock, journal, database, ask, append, buried, delivered }
}

void t.test('entries are listed page by page and by filter', async t => {
  const { ask, append, buried, delivered, clock } = await open(t)
  const first = await buried('a')
  clock.now += 3_600_000
  const second = await delivered('b')
  const { id: third } = await append('c')
  const page = await ask('GET', '/v1/entries?limit=2')
  t.match(page, { status: 200, body: { entries: [{ id: third, status: 'waiting' }, { id: second, status: 'delivered', receivedAt: '2026-01-01T01:00:00.000Z' }], cursor: String } })
  const { cursor } = page.body as { cursor: string }
  t.same((await ask('GET', `/v1/entries?limit=2&cursor=${cursor}`)).body, {
    entries: [{ id: first, provider: 'toy', key: 'a', status: 'buried', receivedAt: '2026-01-01T00:00:00.000Z', attempts: 1, reason: 'RESULT_REFUSED: status 400' }],
  })
  const rows: readonly (readonly [query: string, ids: readonly string[]])[] = [
    ['status=buried', [first]], ['key=b', [second]], ['provider=other', []], ['since=2026-01-01T00:30:00Z', [third, second]], ['until=2026-01-01T01:30:00%2B01:00', [first]],
  ]
  for (const [query, ids] of rows) t.same(((await ask('GET', `/v1/entries?${query}`)).body as { entries: { id: string }[] }).entries.map(({ id }) => id), ids, query)
})

void t.test('one entry is shown with its tries and its events, masked', async t => {
  const { ask, delivered, buried } = await open(t)
  t.match(await ask('GET', `/v1/entries/${await delivered('b')}`), {
    status: 200,
    body: { status: 'delivered', attempts: [], events: [{ id: 'e-b', topic: 't/b', publishedAt: String, data: { status: 'DONE', holder: 'text, 3 characters' } }] },
  })
  t.match((await ask('GET', `/v1/entries/${await buried('a')}`)).body, { attempts: [{ at: '2026-01-01T00:00:00.000Z', code: 'RESULT_REFUSED', reason: 'status 400' }], events: [] })
})

void t.test('what is asked wrongly is refused by name', async t => {
  const { ask, delivered } = await open(t)
  const id = await delivered('b')
  const rows: readonly (readonly ['GET' | 'POST' | 'DELETE', string, object | undefined, number, string | undefined])[] = [
    ['GET', '/v1/entries?status=lost', undefined, 400, 'status'],
    ['GET', '/v1/entries?limit=501', undefined, 400, 'limit'],
    ['GET', '/v1/entries?limit=x', undefined, 400, 'limit'],
    ['GET', '/v1/entries?since=yesterday', undefined, 400, 'since'],
    ['GET', '/v1/entries?since=2026-13-45T00:00:00Z', undefined, 400, 'since'],
    ['GET', '/v1/entries?cursor=nonsense', undefined, 400, 'cursor'],
    ['GET', '/v1/entries?key=a&key=b', undefined, 400, 'key'],
    ['DELETE', '/v1/entries', undefined, 400, 'key'],
    ['POST', '/v1/entries/redrive', {}, 400, 'body'],
    ['POST', '/v1/entries/redrive', { provider: 'toy', state: 'x' }, 400, 'body'],
    ['POST', '/v1/entries/redrive', { delivered: true }, 400, 'since'],
    ['POST', '/v1/entries/redrive', { delivered: true, since: '2026-01-01T00:00:00Z', key: 'b' }, 400, 'key'],
    ['GET', '/v1/entries/nobody', undefined, 404, undefined],
    ['POST', '/v1/entries/nobody/redrive', undefined, 404, undefined],
    ['DELETE', `/v1/entries/${id}`, undefined, 405, undefined],
  ]
  for (const [method, url, body, status, field] of rows) {
    const answer = await ask(method, url, body)
    t.match(answer, { status, body: { httpStatusCode: status, ...field === undefined ? {} : { details: [{ field }] } } }, `${method} ${url} ${JSON.stringify(body)}`)
  }
})

void t.test('buried entries are redriven, one or all of a filter', async t => {
  const { ask, buried, delivered } = await open(t)
  const [first] = [await buried('a'), await buried('b'), await buried('c')]
  t.same(await ask('POST', `/v1/entries/${first}/redrive`), { status: 200, body: { redriven: 1 } })
  t.same(await ask('POST', `/v1/entries/${await delivered('d')}/redrive`), { status: 200, body: { redriven: 0 } })
  t.same(await ask('POST', '/v1/entries/redrive', { key: 'b' }), { status: 200, body: { redriven: 1 } })
  t.same(await ask('POST', '/v1/entries/redrive', { since: '2026-01-01T00:00:00Z' }), { status: 200, body: { redriven: 1 } })
  t.same((await ask('GET', '/v1/entries?status=buried')).body, { entries: [] })
})

void t.test('delivered events of a time go out again, with their ids', async t => {
  const { ask, delivered, journal, clock } = await open(t)
  await delivered('early')
  clock.now += 60_000
  await delivered('late')
  t.same(await ask('POST', '/v1/entries/redrive', { delivered: true, since: '2026-01-01T00:00:30Z' }), { status: 200, body: { redriven: 1 } })
  t.same((await journal.claimEvents(10)).map(({ event }) => event.id), ['e-late'])
})

void t.test('an erased key is gone, and its topic is cleared', async t => {
  const { ask, delivered, journal } = await open(t)
  const id = await delivered('b')
  t.same(await ask('DELETE', '/v1/entries?key=b'), { status: 200, body: { erased: 1 } })
  t.match(await ask('GET', `/v1/entries/${id}`), { status: 404 })
  t.match(await journal.claimExpired(10), [{ topic: 't/b' }])
})

void t.test('a journal in trouble is said', async t => {
  const { ask, database } = await open(t)
  await database.close()
  for (const [method, url] of [['GET', '/v1/entries'], ['GET', '/v1/entries/x'], ['DELETE', '/v1/entries?key=b']] as const) {
    t.match(await ask(method, url), { status: 503, body: { name: 'ServiceUnavailableError' } }, url)
  }
})
