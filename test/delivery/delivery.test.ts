import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openSqliteDatabase } from '../../src/database/sqlite.ts'
import { startDelivery } from '../../src/delivery/delivery.ts'
import { openSqliteJournal } from '../../src/journal/sqlite.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { OpenProvider } from '../../src/providers/provider.ts'
import type { Publisher } from '../../src/publisher/publisher.ts'
import { until } from '../publisher/until.ts'

const provider: OpenProvider = {
  name: 'toy', channels: [], unregistered: 'accept', events: {},
  registration: { faultsOf: () => [], toRegistration: async () => { throw new Error('nobody registers') }, callbackPath: () => '' },
  fetchResult: async () => ({ status: 'DONE', data: {} }),
  toEvents: () => ({ events: [{ status: 'completed', final: true, gist: 'done', data: {} }] }),
  health: () => ({ status: 'ok' }),
  close: async () => {},
}

/** A broker that takes ten publishes at once and ends them when it is told to; it knows no expiry. */
function openBroker () {
  const underWay: (() => void)[] = []
  const cleared: string[] = []
  const published = { most: 0 }
  const begin = (): Promise<void> => new Promise(resolve => { underWay.push(resolve) })
  const publisher: Publisher = {
    capacity: () => Math.max(0, 10 - underWay.length),
    async publish () {
      const ended = begin()
      published.most = Math.max(published.most, underWay.length)
      await ended
      return { brokerExpires: false, reasonCode: 0 }
    },
    async clear (topic) { cleared.push(topic) },
    onReady () {}, health: () => ({ status: 'ok' }), close: async () => {},
  }
  return { publisher, underWay, cleared, published, end: (number: number) => { for (const end of underWay.splice(0, number)) end() } }
}

async function open (t: Test, { expirySeconds = 900, ...asked }: Partial<OpenProvider> & { readonly expirySeconds?: number } = {}) {
  const database = await openSqliteDatabase({ file: ':memory:', keys: [] })
  const journal = openSqliteJournal({ database })
  for (let i = 0; i < 100; i++) await journal.append({ provider: 'toy', channel: 'back', key: `k${i}`, parameters: {}, traceparent: '' })
  const broker = openBroker()
  const delivery = startDelivery({
    providers: [{ ...provider, ...asked }], journal, registrations: { forget: async () => 0 }, publisher: broker.publisher, source: 'urn:test', topicPrefix: 't', expirySeconds, maxAttempts: 4, retentionHours: 100,
    subscriberOf: async () => 'default', log: { info () {}, warn () {}, error () {} }, validators: { faultOf: () => undefined },
    timers: { set: (act, milliseconds) => setTimeout(act, Math.min(milliseconds, 50)), clear: timer => { clearTimeout(timer as NodeJS.Timeout) } },
  })
  t.teardown(async () => {
    const ending = setInterval(() => broker.end(10), 5)
    await delivery.stop()
    clearInterval(ending)
    await database.close()
  })
  await until(() => broker.underWay.length === 10)
  return { ...broker, delivery }
}

void t.test('a broker gets as many events at once as it takes, also while some of them are on their way', async t => {
  const { underWay, published, end } = await open(t)
  for (let i = 0; i < 5; i++) {
    end(5)
    await until(() => underWay.length === 10)
  }
  t.equal(published.most, 10)
})

void t.test('what expired is cleared, also while publishing takes all that the broker takes', async t => {
  const { underWay, cleared, end } = await open(t, { expirySeconds: 0.2 })
  end(5)
  await until(() => underWay.length === 10)
  await until(() => cleared.length >= 5)
  t.equal(underWay.length, 10)
})

void t.test('a provider is asked for no more results at once than it says', async t => {
  let [underWay, most] = [0, 0]
  const fetchResult = async () => {
    most = Math.max(most, ++underWay)
    await sleep(5)
    underWay--
    return { status: 'DONE', data: {} }
  }
  const { delivery } = await open(t, { atOnce: 3, fetchResult })
  t.equal(most, 3)
  t.same(delivery.limits(), { toy: 3 })
})

void t.test('a provider that limits us opens no breaker', async t => {
  let asks = 0
  const fetchResult = async () => {
    if (++asks <= 40) throw new Failure('PROVIDER_LIMITED', { retryAfter: 1 })
    return { status: 'DONE', data: {} }
  }
  const { delivery } = await open(t, { fetchResult })
  t.ok(asks > 40)
  t.same(delivery.breakers(), { toy: 'closed' })
})
