import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect as dial, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { test, type Test } from 'tap'
import { accessTo } from '../../src/broker/access.ts'
import { openBroker, type Broker, type BrokerParts } from '../../src/broker/broker.ts'

const silent = { debug () {}, error () {} }

async function open (t: Test, parts: Partial<BrokerParts> = {}): Promise<{ broker: Broker, tcp: string, webSocket: string }> {
  const broker = await openBroker({ host: '127.0.0.1', port: 0, allowAnonymous: true, topicPrefix: 'callbacks/v1', log: silent, ...parts })
  const server = createServer((_request, reply) => { reply.end('not MQTT') }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.on('upgrade', (request, socket, head) => { broker.webSockets.accept(request, socket, head) })
  t.teardown(async () => {
    await broker.close()
    await new Promise(resolve => server.close(resolve))
  })
  return { broker, tcp: `mqtt://127.0.0.1:${broker.address().port}`, webSocket: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/mqtt` }
}

async function client (t: Test, url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, ...options }, false)
  t.teardown(() => { client.end(true) })
  return client
}

async function closed (client: MqttClient): Promise<void> {
  await new Promise<void>(resolve => { client.once('close', resolve) })
}

const filters = [
  ['callbacks/v1/#', true],
  ['callbacks/v1/default/tokenio/rq:1', true],
  ['callbacks/v1/+/tokenio/+', true],
  ['iota/v1/#', true],
  ['iota/v1/client-1', true],
  ['#', false],
  ['+', false],
  ['+/#', false],
  ['+/v1/#', false],
  ['callbacks/#', false],
  ['callbacks/+/default', false],
  ['callbacks/v2/#', false],
  ['callbacks/v1', false],
  ['callbacks/v10/x', false],
  ['/callbacks/v1/x', false],
  ['iota/#', false],
  ['$SYS/#', false],
  ['$SYS/+/new/clients', false],
  ['$share/group/callbacks/v1/#', false],
] as const

for (const way of ['tcp', 'webSocket'] as const) {
  void test(`what an anonymous client on this machine may do, over ${way}`, async t => {
    const opened = await open(t)
    for (const [filter, allowed] of filters) {
      const subscriber = await client(t, opened[way])
      const granted = subscriber.subscribeAsync(filter, { qos: 1 })
      if (allowed) t.match(await granted, [{ qos: 1 }], `${filter} is granted`)
      else await t.rejects(granted, { message: /Subscribe error/ }, `${filter} is refused`)
      await subscriber.endAsync()
    }
  })

  void test(`only the service publishes, over ${way}`, async t => {
    const opened = await open(t)
    const reader = await client(t, opened[way])
    await reader.subscribeAsync('callbacks/v1/#', { qos: 1 })
    const seen: string[] = []
    reader.on('message', (_topic, payload) => seen.push(payload.toString()))
    for (const qos of [0, 1, 2] as const) {
      const stranger = await client(t, opened[way])
      const dropped = closed(stranger)
      stranger.publish('callbacks/v1/default/tokenio/rq:1', 'forged', { qos, retain: true }, () => {})
      await dropped
    }
    const mourned = await client(t, opened[way], { will: { topic: 'callbacks/v1/default/tokenio/rq:1', payload: Buffer.from('forged will'), qos: 1, retain: true } })
    mourned.stream.destroy()
    await closed(mourned)
    const service = await client(t, opened[way], opened.broker.credentials)
    await service.publishAsync('callbacks/v1/default/tokenio/rq:1', 'true', { qos: 1, retain: true })
    if (seen.length === 0) await new Promise(resolve => { reader.once('message', resolve) })
    t.same(seen, ['true'])
  })
}

void test('who is let in', async t => {
  const authenticate = async ({ username, password }: { username: string, password: string }) => {
    return password === 'token' ? accessTo([`callbacks/v1/${username}/#`]) : undefined
  }
  const development = await open(t, { authenticate })
  const production = await open(t, { authenticate, allowAnonymous: false })
  const cases = [
    ['nobody in particular', development, {}, undefined],
    ['nobody in particular, in production', production, {}, 5],
    ['a wrong password', development, { username: 'app-7', password: 'no' }, 4],
    ['the service name without its password', production, { username: production.broker.credentials.username, password: 'x' }, 4],
    ['a right password', production, { username: 'app-7', password: 'token' }, undefined],
    ['the service', production, production.broker.credentials, undefined],
    ['the credentials of another start', production, development.broker.credentials, 4],
    ['no keep alive', development, { keepalive: 0 }, 6],
  ] as const
  for (const [who, { tcp }, options, refusal] of cases) {
    const connecting = client(t, tcp, options)
    if (refusal === undefined) await t.resolves(connecting, who)
    else await t.rejects(connecting, { code: refusal }, who)
  }

  await t.test('over WebSocket neither a proxy\'s clients nor foreign web pages are taken for this machine', async t => {
    const headers = [{ 'x-forwarded-for': '203.0.113.7' }, { forwarded: 'for=203.0.113.7' }, { origin: 'https://evil.example' }, { origin: 'null' }]
    for (const header of headers) await t.rejects(client(t, development.webSocket, { wsOptions: { headers: header } }), { code: 5 }, JSON.stringify(header))
    await t.resolves(client(t, development.webSocket, { wsOptions: { headers: { origin: 'http://localhost:3000' } } }))
  })

  await t.test('a token reads its own topics and no others, and gets nothing of others', async t => {
    const subscriber = await client(t, production.tcp, { username: 'app-7', password: 'token' })
    await t.resolves(subscriber.subscribeAsync('callbacks/v1/app-7/#'))
    await t.rejects(subscriber.subscribeAsync('callbacks/v1/app-8/#'))
    await t.rejects(subscriber.subscribeAsync('callbacks/v1/+/tokenio/rq:1'))
  })

  await t.test('nobody takes the place of the service by its client id', async t => {
    const service = await client(t, development.tcp, { ...development.broker.credentials, clientId: 'the-service' })
    await t.resolves(client(t, development.tcp, { clientId: 'the-service' }))
    await t.resolves(service.publishAsync('callbacks/v1/x', '', { qos: 1 }))
    t.equal(service.connected, true)
  })

  await t.test("nobody ends another subscriber's connection by its client id; one's own earlier one ends", async t => {
    const { tcp } = await open(t, { authenticate: async () => accessTo(['callbacks/v1/x/#']) })
    const first = await client(t, tcp, { username: 'app-7', password: 'token', clientId: 'same' })
    const other = await client(t, tcp, { username: 'app-8', password: 'token', clientId: 'same' })
    await t.resolves(first.subscribeAsync('callbacks/v1/x/#'))
    const ended = closed(first)
    await client(t, tcp, { username: 'app-7', password: 'token', clientId: 'same' })
    await ended
    t.strictSame([first.connected, other.connected], [false, true])
    await t.resolves(client(t, tcp, { protocolId: 'MQIsdp', protocolVersion: 3, username: 'a-client-whose-name-is-long', password: 'token', clientId: 'same' }))
  })
})

void test('a client whose access ends is dropped, and gets nothing after', async t => {
  const { tcp, broker } = await open(t, { authenticate: async () => accessTo(['callbacks/v1/#'], Date.now() + 300) })
  const subscriber = await client(t, tcp, { username: 'app-7', password: 'token' })
  await subscriber.subscribeAsync('callbacks/v1/#')
  await closed(subscriber)
  t.equal(subscriber.connected, false)
  const other = await client(t, tcp, broker.credentials)
  await t.resolves(other.publishAsync('callbacks/v1/x', '{}', { qos: 1 }))
})

void test('a client that fails to be checked is turned away', async t => {
  const { tcp } = await open(t, { authenticate: async () => { throw new Error('no keys') } })
  await t.rejects(client(t, tcp, { username: 'app-7', password: 'token' }), { code: 5 })
})

void test('what is no MQTT, or too much of it, ends its own connection only', async t => {
  const { broker, tcp } = await open(t)
  const { port } = broker.address()
  const connectPacket = Buffer.from([0x10, 0x0d, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 2, 0, 1, 0x61])
  const junk: readonly (readonly [string, Buffer])[] = [
    ['zeros', Buffer.alloc(4096)],
    ['ones', Buffer.alloc(4096, 0xff)],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a CONNECT of 256 MB', Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f, 0, 4])],
    ['a length of five bytes', Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80, 1])],
    ['a large publish', Buffer.concat([connectPacket, Buffer.from([0x30, 0x80, 0x80, 0x40]), Buffer.alloc(8192)])],
    ['two CONNECTs', Buffer.concat([connectPacket, connectPacket])],
    ['a subscription to nothing', Buffer.concat([connectPacket, Buffer.from([0x82, 2, 0, 1])])],
    ['a topic of 3000 levels', Buffer.concat([connectPacket, Buffer.from([0x82, 0xbd, 0x17, 0, 1, 0x0b, 0xb8]), Buffer.alloc(3000, '/'), Buffer.from([0])])],
  ]
  for (const [what, bytes] of junk) {
    const socket = dial(port, '127.0.0.1')
    socket.on('error', () => {}).resume().write(bytes)
    await once(socket, 'close')
    t.pass(what)
  }
  let seed = 7
  const random = () => { seed = (seed * 48271) % 2147483647; return seed & 255 }
  await Promise.all(Array.from({ length: 100 }, async (_, index) => {
    const socket = dial(port, '127.0.0.1')
    socket.on('error', () => {}).resume().write(Buffer.concat([index % 2 === 0 ? connectPacket : Buffer.alloc(0), Buffer.from(Array.from({ length: 2000 }, random))]))
    await once(socket, 'connect').catch(() => {})
    socket.end()
  }))
  const service = await client(t, tcp, broker.credentials)
  await t.resolves(service.publishAsync('callbacks/v1/x', 'x'.repeat(100_000), { qos: 1 }))
})

void test('a client holds a bounded number of topic filters', async t => {
  const { tcp } = await open(t, { maxSubscriptions: 3 })
  const subscriber = await client(t, tcp)
  for (const at of [1, 2, 3]) await subscriber.subscribeAsync(`callbacks/v1/${at}`)
  await t.rejects(subscriber.subscribeAsync('callbacks/v1/4'))
})

void test('a subscriber that takes nothing holds up publishes for the drain timeout, and then is dropped', async t => {
  const { broker, tcp } = await open(t, { drainTimeout: 300 })
  const frozen = await client(t, tcp)
  await frozen.subscribeAsync('callbacks/v1/#', { qos: 0 })
  const socket = frozen.stream as unknown as Socket
  socket.unpipe()
  socket.pause()
  const service = await client(t, tcp, broker.credentials)
  const since = performance.now()
  for (let wave = 0; wave < 3; wave++) {
    await Promise.all(Array.from({ length: 100 }, () => service.publishAsync('callbacks/v1/x', 'x'.repeat(100_000), { qos: 1 })))
  }
  t.ok(performance.now() - since < 5000)
})

void test('a port that is taken is named with its setting', async t => {
  const { broker } = await open(t)
  const { port } = broker.address()
  await t.rejects(open(t, { port }), { code: 'SETTINGS_INVALID', details: [{ field: 'MQTT_LISTEN_PORT' }], reason: String(port) })
  await t.rejects(open(t, { host: '192.0.2.1' }), { code: 'SETTINGS_INVALID', details: [{ field: 'MQTT_LISTEN_HOST' }] })
})

void test('closing ends every connection and frees the port', async t => {
  const { broker, tcp, webSocket } = await open(t)
  const { port } = broker.address()
  const clients = await Promise.all([client(t, tcp), client(t, webSocket)])
  const silentSocket = dial(port, '127.0.0.1').on('error', () => {}).resume()
  await once(silentSocket, 'connect')
  const inside = broker.connect().resume()
  const ends = Promise.all([...clients.map(closed), once(silentSocket, 'close'), once(inside, 'close')])
  await sleep(0)
  await broker.close()
  await broker.close()
  await ends
  const again = await open(t, { port })
  t.equal(again.broker.address().port, port)
})
