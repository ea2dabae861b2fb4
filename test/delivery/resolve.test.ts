import t from 'tap'
import { createBreaker } from '../../src/delivery/breaker.ts'
import { createResolve } from '../../src/delivery/resolve.ts'
import type { EventDraft } from '../../src/domain/event.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { Claim, Told } from '../../src/journal/journal.ts'
import type { OpenProvider, Verdict } from '../../src/providers/provider.ts'

const claim: Claim = {
  entry: { id: 'e1', receivedAt: 1000, callback: { provider: 'toy', channel: 'back', key: 'k', parameters: {}, traceparent: '' } },
  attempt: 1, failures: 0, streak: 0, asks: 0, refusals: 0, gist: undefined, final: false,
}
const pending: EventDraft = { status: 'pending', final: false, gist: 'pending', data: {} }
const completed: EventDraft = { status: 'completed', final: true, gist: 'completed', data: {} }

function resolveWith ({ verdict = { events: [] }, fetch = async () => ({ status: 'X', data: {} }), kept = true, subscribers = ['app-7'] }: { verdict?: Verdict, fetch?: OpenProvider['fetchResult'], kept?: boolean, subscribers?: string[] }) {
  const did: { told: Told[], released: number, putOff: Failure[], warned: string[], rerouted: string[] } = { told: [], released: 0, putOff: [], warned: [], rerouted: [] }
  const resolve = createResolve({
    provider: { fetchResult: fetch, toEvents: () => verdict } as unknown as OpenProvider,
    breaker: createBreaker(),
    journal: { recordEvents: async (_claim, told) => { did.told.push(told); return kept }, release: async () => { did.released++ }, reroute: async (_provider, _key, topic) => { did.rerouted.push(topic); return true } },
    toEvent: (_callback, draft, subscriber) => ({ id: 'id', type: draft.status, topic: subscriber, payload: '' }),
    subscriberOf: async () => (subscribers.length > 1 ? subscribers.shift() : subscribers[0]) ?? '',
    topicPrefix: 'callbacks/v1',
    putOff: async (_claim, failure) => { did.putOff.push(failure) },
    log: { info () {}, warn: (_fields, text) => { did.warned.push(text) }, error () {} },
    now: () => 5000,
  })
  return { did, resolve: (of: Claim = claim, signal = new AbortController().signal) => resolve(of, signal) }
}

void t.test('what a result means is recorded with the subscriber’s topic, and when to ask again', async t => {
  const { did, resolve } = resolveWith({ verdict: { events: [pending], askAgainIn: 2000 } })
  await resolve()
  t.same(did.told, [{ events: [{ id: 'id', type: 'pending', topic: 'app-7', payload: '' }], gist: 'pending', final: false, askAgainAt: 7000 }])
})

void t.test('what was said just before is not said again', async t => {
  const { did, resolve } = resolveWith({ verdict: { events: [pending], askAgainIn: 2000 } })
  await resolve({ ...claim, gist: 'pending' })
  t.same(did.told, [{ events: [], gist: 'pending', final: false, askAgainAt: 7000 }])
})

void t.test('a final draft ends the key', async t => {
  const { did, resolve } = resolveWith({ verdict: { events: [pending, completed] } })
  await resolve({ ...claim, gist: 'pending' })
  t.match(did.told, [{ events: [{ type: 'completed' }], gist: 'completed', final: true }])
  t.notOk('askAgainAt' in (did.told[0] ?? {}))
})

void t.test('a key that had its final event is not asked for again', async t => {
  let asked = 0
  const { did, resolve } = resolveWith({ fetch: async () => { asked++; return { status: 'X', data: {} } } })
  await resolve({ ...claim, final: true, gist: 'completed' })
  t.equal(asked, 0)
  t.same(did.told, [{ events: [], gist: 'completed', final: true }])
})

void t.test('a failure is put off, whatever was thrown', async t => {
  for (const [thrown, code] of [[new Failure('KEY_UNKNOWN'), 'KEY_UNKNOWN'], [new Error('a bug'), 'UNEXPECTED']] as const) {
    const { did, resolve } = resolveWith({ fetch: async () => { throw thrown } })
    await resolve()
    t.match(did.putOff, [{ code }])
    t.same(did.told, [])
  }
})

void t.test('an entry that is under way when the process stops is handed back', async t => {
  const stopping = new AbortController()
  const { did, resolve } = resolveWith({ fetch: (_callback, signal) => new Promise((_resolve, reject) => { signal.addEventListener('abort', () => { reject(new Failure('PROVIDER_AWAY')) }) }) })
  const resolved = resolve(claim, stopping.signal)
  stopping.abort()
  await resolved
  t.equal(did.released, 1)
  t.same(did.putOff, [])
})

void t.test('a lost claim is said, and not recorded as success', async t => {
  const { did, resolve } = resolveWith({ verdict: { events: [completed] }, kept: false })
  await resolve()
  t.same(did.warned, ['claim lost to another'])
})

void t.test('a registration that comes between the question and the record gets the event too', async t => {
  for (const [subscribers, rerouted] of [[['default', 'app-7'], ['callbacks/v1/app-7/toy/k']], [['default'], []], [['app-7'], []]] as const) {
    const { did, resolve } = resolveWith({ verdict: { events: [completed] }, subscribers: [...subscribers] })
    await resolve()
    t.strictSame(did.rerouted, rerouted)
  }
})
