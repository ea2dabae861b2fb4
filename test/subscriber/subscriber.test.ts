import { once } from 'node:events'
import { connect as dial, createServer, type AddressInfo, type Socket } from 'node:net'
import mqtt from 'mqtt'
import t, { type Test } from 'tap'
import { eventsOf, Refused, statusOf, waitFor, type SubscriberEvent } from 'callback-receiver/subscriber'
import { openBroker } from '../../src/broker/broker.ts'
import type { AuthorizationEvent } from '../../src/domain/event.ts'
import { topicOf } from '../../src/domain/topic.ts'
import { createAuthenticate } from '../../src/token/authenticate.ts'
import { openAccess } from '../app-parts.ts'

const eventOf = (id: string, status = 'completed', key = 'rq:1', data = {}): SubscriberEvent => ({
  specversion: '1.0', id, source: 'urn:callback-receiver', type: `callbacks.tokenio.${status}.v1`, subject: key, time: '2026-01-01T00:00:00.000Z',
  datacontenttype: 'application/json', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00', data,
})

async function open (t: Test) {
  const { tokens, tokenFor } = openAccess()
  const broker = await openBroker({ host: '127.0.0.1', port: 0, allowAnonymous: false, topicPrefix: 'callbacks/v1', authenticate: createAuthenticate(tokens), log: { debug () {}, error () {} } })
  t.teardown(broker.close)
  const { port } = broker.address()
  const service = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, ...broker.credentials })
  t.teardown(() => service.endAsync(true))
  const publish = async (event: SubscriberEvent, subscriber = 'app-7') => {
    await service.publishAsync(topicOf({ topicPrefix: 'callbacks/v1', subscriber, provider: 'tokenio', key: event.subject }), JSON.stringify(event), { qos: 1, retain: true })
  }
  const stopping = new AbortController()
  t.teardown(() => { stopping.abort() })
  return { port, url: `mqtt://127.0.0.1:${port}`, service, publish, tokenFor, signal: stopping.signal, stopping }
}

/** A way to the broker that can be cut. */
async function wire (t: Test, port: number) {
  const sockets = new Set<Socket>()
  const server = createServer(near => {
    const far = dial(port, '127.0.0.1')
    for (const [one, other] of [[near, far], [far, near]] as const) {
      sockets.add(one.on('error', () => {}))
      one.on('close', () => { other.destroy() })
    }
    near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => { for (const socket of sockets) socket.destroy() }
  t.teardown(() => { cut(); server.close() })
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, cut }
}

void t.test('the event of a key is found when it was published before, and when it comes', async t => {
  const { url, publish, tokenFor, signal } = await open(t)
  const token = tokenFor('app-7', 'subscribe')
  await publish(eventOf('e1'))
  t.match(await waitFor({ url, token, provider: 'tokenio', key: 'rq:1', signal }), { id: 'e1', subject: 'rq:1' })
  const waiting = waitFor({ url, token, provider: 'tokenio', key: 'rq/2+%', signal })
  await publish(eventOf('e2', 'pending', 'rq/2+%'))
  await publish(eventOf('e3', 'failed', 'rq/2+%', { final: false }))
  await publish(eventOf('e4', 'failed', 'rq/2+%', { final: true }))
  const event: AuthorizationEvent = await waiting as AuthorizationEvent // its types are ours
  t.match(event, { id: 'e4' }, 'pending is no answer, and neither is what the wallet may try again')
  t.equal(statusOf(event), 'failed')
  t.match(await waitFor({ url, token: async () => tokenFor('backend', 'subscribe:all'), provider: 'tokenio', key: 'rq:1', signal }), { id: 'e1' }, 'for who reads all too')
})

void t.test('an iterator brings each event once, over broken connections, and what came meanwhile', async t => {
  const { port, publish, tokenFor, signal } = await open(t)
  const { url, cut } = await wire(t, port)
  const events = eventsOf({ url, token: () => tokenFor('app-7', 'subscribe'), signal })
  const next = async () => (await events.next()).value?.id
  await publish(eventOf('e1', 'pending', 'a'))
  await publish(eventOf('other', 'completed', 'x'), 'app-8')
  t.equal(await next(), 'e1')
  await publish(eventOf('e2', 'completed', 'a'))
  t.equal(await next(), 'e2')
  await publish(eventOf('e2', 'completed', 'a'))
  cut()
  await publish(eventOf('e3', 'completed', 'b'))
  t.equal(await next(), 'e3', 'neither the repeat nor the retained one again')
  cut()
  await publish(eventOf('e4', 'completed', 'c'))
  t.equal(await next(), 'e4')
  await events.return()
})

void t.test('what is no event is passed over', async t => {
  const { url, service, publish, tokenFor, signal } = await open(t)
  const events = eventsOf({ url, token: tokenFor('app-7', 'subscribe'), provider: 'tokenio', signal })
  for (const payload of ['', '{', 'null', '[]', '{"id":1}']) await service.publishAsync('callbacks/v1/app-7/tokenio/a', payload, { qos: 1, retain: payload !== '' })
  await publish(eventOf('e1'))
  t.equal((await events.next()).value?.id, 'e1')
  await events.return()
})

void t.test('it ends when it is told to, also between two connections', async t => {
  const { url, tokenFor } = await open(t)
  for (const address of [url, 'mqtt://127.0.0.1:1']) {
    const stopping = new AbortController()
    const waiting = waitFor({ url: address, token: tokenFor('app-7', 'subscribe'), provider: 'tokenio', key: 'nobody', signal: stopping.signal })
    setTimeout(() => { stopping.abort(new Error('enough')) }, 100)
    await t.rejects(waiting, { message: 'enough' })
  }
  await t.rejects(waitFor({ url, token: tokenFor('app-7', 'subscribe'), provider: 'tokenio', key: 'x', signal: AbortSignal.abort(new Error('before')) }), { message: 'before' })
})

void t.test('a token that opens nothing is said at once', async t => {
  const { url, tokenFor, signal } = await open(t)
  const { tokenFor: forged } = openAccess()
  const wait = (token: string | (() => string)) => waitFor({ url, token, provider: 'tokenio', key: 'x', signal })
  await t.rejects(wait(forged('app-7', 'subscribe')), Refused)
  await t.rejects(wait(() => forged('app-7', 'subscribe')), Refused, 'after a few more tries')
  await t.rejects(wait(tokenFor('app-7', 'registrations')), { message: /no scope to subscribe/ })
  for (const token of ['', 'x', 'a.b.c', `a.${btoa('{}')}.c`]) await t.rejects(wait(token), TypeError)
})
