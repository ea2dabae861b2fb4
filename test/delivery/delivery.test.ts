import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openSqliteDatabase } from '../../src/database/sqlite.ts'
import { startDelivery } from '../../src/delivery/delivery.ts'
import { openSqliteJournal } from '../../src/journal/sqlite.ts'
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

/** Delivery of so many callbacks to a broker that takes ten events at once; how many were under way each time when one more began. */
async function deliver (t: Test, callbacks: number): Promise<readonly number[]> {
  const database = await openSqliteDatabase({ file: ':memory:', keys: [] })
  t.teardown(database.close)
  const journal = openSqliteJournal({ database })
  for (let i = 0; i < callbacks; i++) await journal.append({ provider: 'toy', channel: 'back', key: `k${i}`, parameters: {}, traceparent: '' })
  let [underWay, done] = [0, 0]
  const seen: number[] = []
  const publisher: Publisher = {
    capacity: () => Math.max(0, 10 - underWay),
    async publish () {
      seen.push(++underWay)
      await sleep(20 + seen.length * 7 % 20) // not all at the same time
      underWay--
      done++
      return { brokerExpires: true, reasonCode: 0 }
    },
    clear: async () => {}, onReady () {}, health: () => ({ status: 'ok' }), close: async () => {},
  }
  const delivery = startDelivery({
    providers: [provider], journal, registrations: { forget: async () => 0 }, publisher, source: 'urn:test', topicPrefix: 't', expirySeconds: 900, maxAttempts: 4, retentionHours: 100,
    subscriberOf: async () => 'default', log: { info () {}, warn () {}, error () {} }, validators: { faultOf: () => undefined },
  })
  await until(() => done === callbacks)
  await delivery.stop()
  return seen
}

void t.test('a broker gets as many events at once as it takes, also while some of them are on their way', async t => {
  const seen = await deliver(t, 200)
  t.ok(Math.max(...seen) <= 10)
  const later = seen.slice(50)
  const mean = later.reduce((sum, number) => sum + number, 0) / later.length
  t.ok(mean > 8, `${mean.toFixed(1)} under way`)
})
