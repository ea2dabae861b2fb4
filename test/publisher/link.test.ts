import { test } from 'tap'
import { openBroker } from '../../src/broker/broker.ts'
import { openMqttPublisher } from '../../src/publisher/mqtt.ts'
import { freePort, startMosquitto, withoutMosquitto } from '../mosquitto.ts'
import { connected, eventOn, inAnHour, silent } from './publisher-contract.ts'
import { openReader } from './reader.ts'
import { startMuteBroker } from './mute-broker.ts'
import { until } from './until.ts'

const topic = 'callbacks/v1/default/tokenio/rq:outage'

void test('a broker that is killed is away until it is back, and then is used again', { skip: withoutMosquitto }, async t => {
  const mosquitto = await startMosquitto()
  t.teardown(() => mosquitto.stop())
  const publisher = await connected(t, { urls: [mosquitto.url] })
  await publisher.publish(eventOn(topic), inAnHour())
  let wakes = 0
  await mosquitto.kill()
  await until(() => publisher.capacity() === 0)
  publisher.onReady(() => { wakes++ })
  t.match(publisher.health(), { status: 'degraded', reason: new URL(mosquitto.url).host })
  await t.rejects(publisher.publish(eventOn(topic), inAnHour()), { code: 'BROKER_AWAY' })
  await mosquitto.restart()
  await until(() => wakes > 0)
  await publisher.publish(eventOn(topic), inAnHour())
  t.same(publisher.health(), { status: 'ok' })
})

void test('a broker that is killed under load leaves no publish without an end', { skip: withoutMosquitto }, async t => {
  const mosquitto = await startMosquitto()
  t.teardown(() => mosquitto.stop())
  const publisher = await connected(t, { urls: [mosquitto.url] })
  const ends: Promise<string>[] = []
  const publishing = setInterval(() => {
    while (publisher.capacity() > 0) ends.push(publisher.publish(eventOn(topic), inAnHour()).then(() => 'acknowledged', ({ code }: { code: string }) => code))
  }, 1)
  await until(() => ends.length > 100)
  await mosquitto.kill()
  await until(() => publisher.capacity() === 0 && publisher.health().status === 'degraded')
  clearInterval(publishing)
  const codes = await Promise.all(ends)
  t.same(codes.filter(code => code !== 'acknowledged' && code !== 'BROKER_AWAY'), [])
})

void test('publishes under way end as soon as the connection does', async t => {
  const broker = await startMuteBroker()
  t.teardown(() => broker.close())
  const publisher = await connected(t, { urls: [broker.url] })
  const ends = Promise.allSettled(Array.from({ length: 100 }, () => publisher.publish(eventOn(topic), inAnHour())))
  await until(() => broker.unacknowledged.length === 64)
  await broker.close()
  t.same(new Set((await ends).map(end => end.status === 'rejected' && end.reason.code)), new Set(['BROKER_AWAY']))
  t.equal(publisher.capacity(), 0)
})

void test('of several brokers the next one is used when one is away', { skip: withoutMosquitto }, async t => {
  const [first, second] = await Promise.all([startMosquitto(), startMosquitto()])
  t.teardown(async () => { await Promise.all([first.stop(), second.stop()]) })
  const publisher = await connected(t, { urls: [`mqtt://127.0.0.1:${await freePort()}`, first.url, second.url] })
  await publisher.publish(eventOn(topic, '{"at":"first"}'), inAnHour())
  await first.kill()
  await until(() => publisher.capacity() === 0)
  await until(() => publisher.capacity() > 0)
  await publisher.publish(eventOn(topic, '{"at":"second"}'), inAnHour())
  const reader = await openReader(second.url, [topic])
  t.teardown(() => reader.close())
  await until(() => reader.packets.length > 0)
  t.same(reader.payloads(), ['{"at":"second"}'])
})

void test('a refused password is said, and tried again until it is accepted', { skip: withoutMosquitto }, async t => {
  const strict = await startMosquitto({ users: { service: 'right' } })
  t.teardown(() => strict.stop())
  const publisher = openMqttPublisher({ urls: [strict.url.replace('//', '//service:wrong@')], log: silent, backoff: { first: 10, cap: 20 } })
  t.teardown(() => publisher.close(0))
  await until(() => /not authorized/i.test(publisher.health().reason ?? ''))
  t.equal(publisher.capacity(), 0)
  t.notMatch(publisher.health().reason, 'wrong')
  await strict.stop()
  const lenient = await startMosquitto({ port: Number(new URL(strict.url).port) })
  t.teardown(() => lenient.stop())
  await until(() => publisher.capacity() > 0)
})

void test('a certificate of an authority that is not ours is not trusted', { skip: withoutMosquitto }, async t => {
  const mosquitto = await startMosquitto({ tls: true })
  t.teardown(() => mosquitto.stop())
  const publisher = openMqttPublisher({ urls: [mosquitto.tlsUrl], log: silent })
  t.teardown(() => publisher.close(0))
  await until(() => publisher.health().reason?.includes('CERT') ?? false)
  t.equal(publisher.capacity(), 0)
})

void test('a broker that refuses MQTT 5 is spoken to in 3.1.1, and asked for 5 again when it was away', async t => {
  const old = await openBroker({ host: '127.0.0.1', port: 0, allowAnonymous: false, topicPrefix: 'callbacks/v1', log: silent })
  t.teardown(() => old.close())
  const { port } = old.address()
  const publisher = await connected(t, { urls: [`mqtt://127.0.0.1:${port}`], ...old.credentials })
  t.same(await publisher.publish(eventOn(topic), inAnHour()), { brokerExpires: false, reasonCode: 0 })
  if (withoutMosquitto !== false) return
  await old.close()
  const modern = await startMosquitto({ port })
  t.teardown(() => modern.stop())
  await until(() => publisher.capacity() > 0)
  t.match(await publisher.publish(eventOn(topic), inAnHour()), { brokerExpires: true })
})

void test('while the broker is away, one line is logged and not one for each try', async t => {
  const lines: string[] = []
  const log = { info: (_: object, text: string) => { lines.push(text) }, warn: (_: object, text: string) => { lines.push(text) } }
  let tries = 0
  const random = () => { tries++; return 0 }
  const publisher = openMqttPublisher({ urls: [`mqtt://127.0.0.1:${await freePort()}`], log, random })
  t.teardown(() => publisher.close(0))
  await until(() => tries > 5)
  t.same(lines, ['broker away'])
})

void test('waits between tries grow from the first to the cap, at random below them', async t => {
  const waits: number[] = []
  const publisher = openMqttPublisher({
    urls: [`mqtt://127.0.0.1:${await freePort()}`], log: silent, backoff: { first: 1, cap: 8 }, random: () => { waits.push(performance.now()); return 1 },
  })
  t.teardown(() => publisher.close(0))
  await until(() => waits.length > 8)
  t.ok((waits[8] ?? 0) - (waits[0] ?? 0) >= 1 + 2 + 4 + 8 * 5 - 8)
})

void test('a broker that keeps no retained events is not used', async t => {
  const broker = await startMuteBroker({ properties: [0x25, 0] })
  t.teardown(() => broker.close())
  const publisher = openMqttPublisher({ urls: [broker.url], log: silent })
  t.teardown(() => publisher.close(0))
  await until(() => publisher.health().reason?.includes('retained') ?? false)
  t.equal(publisher.capacity(), 0)
})
