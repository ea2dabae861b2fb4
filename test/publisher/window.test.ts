import { test } from 'tap'
import { startMosquitto, withoutMosquitto } from '../mosquitto.ts'
import { startMuteBroker } from './mute-broker.ts'
import { connected, eventOn, inAnHour } from './publisher-contract.ts'
import { until } from './until.ts'

const topic = 'callbacks/v1/default/tokenio/rq:window'

const answers = [
  [0x00, 'acknowledged'],
  [0x10, 'acknowledged'],
  [0x80, 'PUBLISH_REFUSED'],
  [0x83, 'PUBLISH_REFUSED'],
  [0x87, 'PUBLISH_REFUSED'],
  [0x90, 'PUBLISH_REFUSED_FOR_GOOD'],
  [0x91, 'PUBLISH_REFUSED'],
  [0x97, 'PUBLISH_REFUSED'],
  [0x99, 'PUBLISH_REFUSED_FOR_GOOD'],
] as const

void test('each reason code of a PUBACK has its end, and leaves the connection alone', async t => {
  const broker = await startMuteBroker()
  t.teardown(() => broker.close())
  const publisher = await connected(t, { urls: [broker.url] })
  for (const [reasonCode, wanted] of answers) {
    const end = publisher.publish(eventOn(topic), inAnHour()).then(published => {
      t.same(published, { brokerExpires: true, reasonCode })
      return 'acknowledged'
    }, ({ code }: { code: string }) => code)
    await until(() => broker.unacknowledged.length === 1)
    broker.acknowledge(reasonCode)
    t.equal(await end, wanted, `0x${reasonCode.toString(16)}`)
  }
  t.equal(broker.connections(), 1)
})

void test('a broker that hangs up on one event has refused it; on several, each try counts', async t => {
  const broker = await startMuteBroker()
  t.teardown(() => broker.close())
  const publisher = await connected(t, { urls: [broker.url] })
  const alone = t.rejects(publisher.publish(eventOn(topic), inAnHour()), { code: 'PUBLISH_REFUSED_FOR_GOOD' })
  await until(() => broker.unacknowledged.length === 1)
  broker.disconnect(0x95)
  await alone
  await until(() => publisher.capacity() > 0)
  const both = [1, 2].map(() => t.rejects(publisher.publish(eventOn(topic), inAnHour()), { code: 'PUBLISH_REFUSED' }))
  await until(() => broker.unacknowledged.length === 2)
  broker.disconnect(0x95)
  await Promise.all(both)
  await until(() => publisher.capacity() > 0)
  const leaving = t.rejects(publisher.publish(eventOn(topic), inAnHour()), { code: 'BROKER_AWAY' })
  await until(() => broker.unacknowledged.length === 1)
  broker.disconnect(0x8b)
  await leaving
})

void test('no more is under way than the broker allows', async t => {
  const broker = await startMuteBroker({ properties: [0x21, 0, 5] })
  t.teardown(() => broker.close())
  const publisher = await connected(t, { urls: [broker.url] })
  t.equal(publisher.capacity(), 5)
  let wakes = 0
  publisher.onReady(() => { wakes++ })
  const ends = Array.from({ length: 12 }, () => publisher.publish(eventOn(topic), inAnHour()))
  for (let left = 12; left > 0; left--) {
    await until(() => broker.unacknowledged.length === Math.min(5, left))
    await until(() => publisher.capacity() === Math.max(0, 5 - left))
    broker.acknowledge(0)
  }
  await Promise.all(ends)
  await until(() => publisher.capacity() === 5)
  t.ok(wakes > 0)
})

void test('a broker that never acknowledges is given up after the deadline, and approached afresh', async t => {
  const broker = await startMuteBroker()
  t.teardown(() => broker.close())
  const publisher = await connected(t, { urls: [broker.url], deadline: 200, window: 2 })
  const since = performance.now()
  const ends = await Promise.allSettled(Array.from({ length: 5 }, () => publisher.publish(eventOn(topic), inAnHour())))
  t.ok(performance.now() - since < 2000)
  t.same(new Set(ends.map(end => end.status === 'rejected' && end.reason.code)), new Set(['BROKER_AWAY']))
  await until(() => broker.connections() === 2 && publisher.capacity() === 2)
})

void test('an event that is larger than the broker takes is refused before it is sent', async t => {
  const broker = await startMuteBroker({ properties: [0x27, 0, 0, 4, 0] })
  t.teardown(() => broker.close())
  const publisher = await connected(t, { urls: [broker.url] })
  await t.rejects(publisher.publish(eventOn(topic, 'x'.repeat(1024)), inAnHour()), { code: 'PUBLISH_REFUSED_FOR_GOOD' })
  const small = publisher.publish(eventOn(topic, 'x'.repeat(800)), inAnHour())
  await until(() => broker.unacknowledged.length === 1)
  broker.acknowledge(0)
  await small
})

void test('an event that Mosquitto finds too large is refused, though its PUBACK is none', { skip: withoutMosquitto }, async t => {
  const mosquitto = await startMosquitto({ settings: ['message_size_limit 500'] })
  t.teardown(() => mosquitto.stop())
  const publisher = await connected(t, { urls: [mosquitto.url] })
  await t.rejects(publisher.publish(eventOn(topic, 'x'.repeat(600)), inAnHour()), { code: 'PUBLISH_REFUSED' })
  await until(() => publisher.capacity() > 0)
  await publisher.publish(eventOn(topic), inAnHour())
})

void test('a topic that is not ours to write is refused by Mosquitto, and its neighbours are not', { skip: withoutMosquitto }, async t => {
  const mosquitto = await startMosquitto({ users: { service: 'secret' }, acl: ['user service', 'topic write callbacks/#'] })
  t.teardown(() => mosquitto.stop())
  const publisher = await connected(t, { urls: [mosquitto.url], username: 'service', password: 'secret' })
  const [denied, allowed] = await Promise.allSettled([publisher.publish(eventOn('elsewhere/x'), inAnHour()), publisher.publish(eventOn(topic), inAnHour())])
  t.match(denied, { reason: { code: 'PUBLISH_REFUSED' } })
  t.match(allowed, { status: 'fulfilled' })
})

void test('closing', async t => {
  await t.test('waits for what is under way, and takes nothing more', async t => {
    const broker = await startMuteBroker()
    t.teardown(() => broker.close())
    const publisher = await connected(t, { urls: [broker.url] })
    const last = publisher.publish(eventOn(topic), inAnHour())
    await until(() => broker.unacknowledged.length === 1)
    const closed = publisher.close(5000)
    await t.rejects(publisher.publish(eventOn(topic), inAnHour()), { code: 'BROKER_AWAY' })
    broker.acknowledge(0)
    await t.resolves(last)
    await closed
  })

  await t.test('ends within its grace when nothing is acknowledged', async t => {
    const broker = await startMuteBroker()
    t.teardown(() => broker.close())
    const publisher = await connected(t, { urls: [broker.url] })
    const last = t.rejects(publisher.publish(eventOn(topic), inAnHour()), { code: 'BROKER_AWAY' })
    await until(() => broker.unacknowledged.length === 1)
    const since = performance.now()
    await publisher.close(100)
    t.ok(performance.now() - since < 1000)
    await last
  })

  await t.test('ends at once, and again, when the broker is away', async t => {
    const broker = await startMuteBroker()
    const publisher = await connected(t, { urls: [broker.url] })
    await broker.close()
    await until(() => publisher.capacity() === 0)
    const since = performance.now()
    await publisher.close(5000)
    await publisher.close(5000)
    t.ok(performance.now() - since < 1000)
  })
})
