import { readFileSync } from 'node:fs'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import t, { type Test } from 'tap'
import { createAuthenticate } from '../../src/token/authenticate.ts'
import { openBroker } from '../../src/broker/broker.ts'
import { openAccess } from '../app-parts.ts'
import { startMosquitto, withoutMosquitto } from '../mosquitto.ts'

const topic = 'callbacks/v1/app-7/tokenio/rq:1'
const others = 'callbacks/v1/app-8/tokenio/rq:2'
const iota = 'iota/v1/app-7'

/**
 * Who asks for what, and which of the three events it is then given: by a broker that refuses a filter wider than one's own, and by one that
 * takes it and holds back what is not one's own.
 */
const cells: readonly (readonly [who: 'app-7' | 'app-8' | 'backend', filter: string, given: readonly string[], held?: readonly string[]])[] = [
  ['app-7', 'callbacks/v1/app-7/#', [topic]],
  ['app-7', topic, [topic]],
  ['app-7', 'callbacks/v1/app-7/+/rq:1', [topic]],
  ['app-7', iota, [iota]],
  ['app-7', 'callbacks/v1/app-8/#', []],
  ['app-7', others, []],
  ['app-7', 'callbacks/v1/+/tokenio/rq:2', []],
  ['app-7', 'callbacks/v1/+/#', [], [topic]],
  ['app-7', '+/+/app-8/#', []],
  ['app-7', 'callbacks/v1/app-7%2F..%2Fapp-8/#', []],
  ['app-7', 'callbacks/v1/app-7/../app-8/#', []],
  ['app-7', '$share/group/callbacks/v1/app-8/#', []],
  ['app-7', '$SYS/#', []],
  ['app-7', 'iota/v1/+', [], [iota]],
  ['app-7', '#', [], [topic, iota]],
  ['app-8', 'callbacks/v1/app-8/#', [others]],
  ['app-8', 'callbacks/v1/app-7/#', []],
  ['app-8', iota, []],
  ['backend', 'callbacks/v1/#', [topic, others]],
  ['backend', '$SYS/#', []],
]

interface World {
  readonly url: string
  readonly holdsBack: boolean
  readonly service: IClientOptions
  readonly clients: { readonly [who: string]: IClientOptions }
}

async function embedded (t: Test): Promise<World> {
  const { tokens, tokenFor } = openAccess()
  const broker = await openBroker({ host: '127.0.0.1', port: 0, allowAnonymous: false, topicPrefix: 'callbacks/v1', authenticate: createAuthenticate(tokens), log: { debug () {}, error () {} } })
  t.teardown(broker.close)
  const who = (username: string, scope: 'subscribe' | 'subscribe:all') => ({ username, password: tokenFor(username, scope) })
  return {
    holdsBack: false,
    url: `mqtt://127.0.0.1:${broker.address().port}`,
    service: broker.credentials,
    clients: { 'app-7': who('app-7', 'subscribe'), 'app-8': who('app-8', 'subscribe'), backend: who('backend', 'subscribe:all') },
  }
}

/** The recipe of docs/brokers.md, letter for letter. */
function recipe (): string[] {
  const text = readFileSync(new URL('../../docs/brokers.md', import.meta.url), 'utf8')
  return /```acl\n([^]*?)```/.exec(text)?.[1]?.trimEnd().split('\n') ?? []
}

async function mosquitto (t: Test): Promise<World> {
  const users = { 'callback-receiver': 'service', 'app-7': 'seven', 'app-8': 'eight', backend: 'all' }
  const { url, stop } = await startMosquitto({ users, acl: recipe() })
  t.teardown(stop)
  const who = (username: keyof typeof users) => ({ username, password: users[username] })
  return { url, holdsBack: true, service: who('callback-receiver'), clients: { 'app-7': who('app-7'), 'app-8': who('app-8'), backend: who('backend') } }
}

async function connect (t: Test, { url }: World, who: IClientOptions): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0, ...who })
  t.teardown(() => client.endAsync(true))
  return client
}

/** All that a filter brings until something comes that everybody may read and that was published last: nothing on the way is waited for by the clock. */
async function givenBy (t: Test, world: World, who: string, filter: string): Promise<string[]> {
  const client = await connect(t, world, world.clients[who] ?? {})
  const given: string[] = []
  client.on('message', topic => { given.push(topic) })
  await client.subscribeAsync(filter, { qos: 1 }).catch(() => undefined) // refused
  await client.subscribeAsync(`callbacks/v1/${who}/fence`, { qos: 1 }).catch(() => undefined)
  const fence = await connect(t, world, world.service)
  for (const each of [topic, others, iota]) await fence.publishAsync(each, '{}', { qos: 1, retain: true })
  await fence.publishAsync(`callbacks/v1/${who}/fence`, '{}', { qos: 1 })
  while (!given.some(topic => topic.endsWith('/fence'))) await new Promise(resolve => client.once('message', resolve))
  await client.endAsync(true)
  return [...new Set(given)].filter(topic => !topic.endsWith('/fence') && !topic.startsWith('$SYS/broker/uptime')).toSorted()
}

for (const [name, open, skip] of [['the embedded broker', embedded, false], ['Mosquitto by the recipe', mosquitto, withoutMosquitto]] as const) {
  void t.test(`${name}: each subscriber reads what is its own, and nothing else, by whatever filter`, { skip }, async t => {
    const world = await open(t)
    for (const [who, filter, refused, held = refused] of cells) t.strictSame(await givenBy(t, world, who, filter), [...world.holdsBack ? held : refused].toSorted(), `${who} ${filter}`)
  })

  void t.test(`${name}: nobody but the service publishes, and nobody gets in without a password`, { skip }, async t => {
    const world = await open(t)
    const reader = await connect(t, world, world.clients.backend ?? {})
    const seen: string[] = []
    reader.on('message', topic => { seen.push(topic) })
    await reader.subscribeAsync(['callbacks/v1/#', 'iota/v1/#'], { qos: 1 })
    for (const who of ['app-7', 'app-8', 'backend']) {
      for (const target of [topic, `callbacks/v1/${who}/tokenio/forged`, `iota/v1/${who}`]) {
        const client = await connect(t, world, world.clients[who] ?? {})
        client.on('error', () => {})
        await Promise.race([client.publishAsync(target, '{"forged":true}', { qos: 1, retain: true }).catch(() => undefined), new Promise<void>(resolve => { client.once('close', () => { resolve() }) })])
        await client.endAsync(true)
      }
    }
    const service = await connect(t, world, world.service)
    await service.publishAsync('callbacks/v1/end', '{}', { qos: 1 })
    while (!seen.includes('callbacks/v1/end')) await new Promise(resolve => reader.once('message', resolve))
    t.strictSame(seen, ['callbacks/v1/end'])
    for (const who of [{}, { username: 'app-7' }, { username: 'app-7', password: 'wrong' }, { username: 'nobody', password: 'x' }]) {
      await t.rejects(mqtt.connectAsync(world.url, { protocolVersion: 4, reconnectPeriod: 0, ...who }, false), { code: /^[45]$/ })
    }
  })
}
