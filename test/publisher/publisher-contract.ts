import type { IClientOptions } from 'mqtt'
import { test, type Test } from 'tap'
import { openMqttPublisher, type MqttPublisherParts } from '../../src/publisher/mqtt.ts'
import type { Publisher } from '../../src/publisher/publisher.ts'
import { openReader } from './reader.ts'
import { until } from './until.ts'

export interface Surroundings {
  /** Where the publisher finds the broker. */
  readonly where: Omit<MqttPublisherParts, 'log'>
  /** Where a subscriber finds it. */
  readonly url: string
  readonly options?: IClientOptions
  /** Whether it speaks MQTT 5. */
  readonly expires: boolean
  /** How many publishes it takes at once. */
  readonly window: number
}

export const silent = { info () {}, warn () {}, debug () {}, error () {} }
export const inAnHour = () => Date.now() + 3_600_000
export const eventOn = (topic: string, payload = '{}') => ({ id: payload, type: 'callbacks.tokenio.completed.v1', topic, payload })

/** A publisher that is connected, and closed after the test. */
export async function connected (t: Test, parts: Omit<MqttPublisherParts, 'log'>): Promise<Publisher> {
  const publisher = openMqttPublisher({ log: silent, backoff: { first: 20, cap: 100 }, ...parts })
  t.teardown(() => publisher.close(0))
  await until(() => publisher.capacity() > 0)
  return publisher
}

/** What every broker must show through the publisher. */
export function publisherContract (name: string, start: (t: Test) => Promise<Surroundings>, skip: string | false = false): void {
  void test(`publisher on ${name}`, { skip }, async t => {
    const { where, url, options = {}, expires, window } = await start(t)
    const publisher = await connected(t, where)
    const read = async (t: Test, ...topics: string[]) => {
      const reader = await openReader(url, topics, { protocolVersion: expires ? 5 : 4, ...options })
      t.teardown(() => reader.close())
      return reader
    }

    await t.test('an acknowledged event is there for a subscriber that comes later', async t => {
      const topic = 'callbacks/v1/default/tokenio/rq:late'
      t.same(await publisher.publish(eventOn(topic, '{"id":"late"}'), inAnHour()), { brokerExpires: expires, reasonCode: expires ? 16 : 0 })
      const reader = await read(t, topic)
      await until(() => reader.packets.length === 1)
      const [packet] = reader.packets
      t.equal(packet?.payload.toString(), '{"id":"late"}')
      t.equal(packet?.qos, 1)
      t.equal(packet?.retain, true)
      if (!expires) return
      t.ok(Math.abs((packet?.properties?.messageExpiryInterval ?? 0) - 3600) <= 2)
      t.equal(packet?.properties?.contentType, 'application/cloudevents+json')
    })

    await t.test('events leave in the order in which they were given, also when they are more than the window holds', async t => {
      const reader = await read(t, 'callbacks/v1/default/tokenio/+')
      const wanted = Array.from({ length: 300 }, (_, index) => `{"at":${index}}`)
      await Promise.all(wanted.map(payload => publisher.publish(eventOn('callbacks/v1/default/tokenio/rq:order', payload), inAnHour())))
      await until(() => reader.payloads().includes(wanted.at(-1) ?? ''))
      t.same(reader.payloads().filter(payload => payload.startsWith('{"at"')), wanted)
      t.equal(publisher.capacity(), window)
    })

    await t.test('a cleared topic has nothing for a subscriber that comes later', async t => {
      await publisher.publish(eventOn('callbacks/v1/default/tokenio/rq:gone', '{"id":"gone"}'), inAnHour())
      await publisher.publish(eventOn('callbacks/v1/default/tokenio/rq:kept', '{"id":"kept"}'), inAnHour())
      await publisher.clear('callbacks/v1/default/tokenio/rq:gone')
      const reader = await read(t, 'callbacks/v1/default/tokenio/rq:gone', 'callbacks/v1/default/tokenio/rq:kept')
      await until(() => reader.packets.length > 0)
      t.same(reader.payloads(), ['{"id":"kept"}'])
    })

    await t.test('an event whose time is over still goes out, for a moment', async () => {
      await publisher.publish(eventOn('callbacks/v1/default/tokenio/rq:late'), Date.now() - 1000)
    })

    await t.test('a wake comes with the room, and with each return of it', async t => {
      let wakes = 0
      publisher.onReady(() => { wakes++ })
      await Promise.all(Array.from({ length: window }, () => publisher.publish(eventOn('callbacks/v1/default/tokenio/rq:full'), inAnHour())))
      await until(() => wakes > 0)
      t.equal(publisher.capacity(), window)
    })

    await t.test('it is well while connected', async t => {
      t.same(publisher.health(), { status: 'ok' })
    })

    await t.test('once closed it takes nothing', async t => {
      const last = publisher.publish(eventOn('callbacks/v1/default/tokenio/rq:last'), inAnHour())
      await publisher.close(1000)
      await t.resolves(last)
      t.equal(publisher.capacity(), 0)
      await t.rejects(publisher.publish(eventOn('callbacks/v1/default/tokenio/rq:last'), inAnHour()), { code: 'BROKER_AWAY' })
    })
  })
}
