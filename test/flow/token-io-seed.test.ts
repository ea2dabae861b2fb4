import t from 'tap'
import { startProcess } from '../process.ts'
import { subscribe } from '../subscriber.ts'
import { startTokenio, pending, processed } from '../tokenio-server.ts'
import { startMosquitto, withoutMosquitto } from '../mosquitto.ts'

// The callbacks that Token.io's documentation prints, letter for letter; only the host is another.
const redirect = 'request-id=rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq&request_id=rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
const unavailable = `${redirect}&trace-id=idm45Ag1X8D8Kvdw&error=14&message=Bank+is+unavailable`
const passcode = 'request-id=rq:43hA2P34BC9a1jwYmyjmDYBrTETA:5zKtXEAq&request_id=rq:43hA2P34BC9a1jwYmyjmDYBrTETA:5zKtXEAq&credential-fields=eyJmaWVsZHMiOlt7ImRlc2NyaXB0aW9uIjoiT25lLXRpbWUgcGFzc2NvZGUiLCJpZCI6Im90cCJ9XX0'
const decoupled = 'request-id=rq:3smDYdTPr4gejc9g6MrHFnAAssg8:5zKtXEAq&request_id=rq:3smDYdTPr4gejc9g6MrHFnAAssg8:5zKtXEAq&credential-fields=eyJmaWVsZHMiOlt7ImRlc2NyaXB0aW9uIjoiUGxlYXNlLCBhdXRob3JpemUgcGF5bWVudCB1c2luZyBtb2JpbGUgZGV2aWNlLiIsInR5cGUiOiJERUNPVVBMRUQifV19'

const bankId = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
const passcodeId = 'rq:43hA2P34BC9a1jwYmyjmDYBrTETA:5zKtXEAq'
const decoupledId = 'rq:3smDYdTPr4gejc9g6MrHFnAAssg8:5zKtXEAq'

const asJson = (query: string) => Object.fromEntries(new URLSearchParams(query))

async function send (url: string, how: 'GET' | 'POST', query: string) {
  const response = how === 'GET'
    ? await fetch(`${url}/v1/tokenio/callback?${query}`)
    : await fetch(`${url}/v1/tokenio/callback`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...asJson(query), ...query.includes('error=14') && { error: 14 } }) })
  return { status: response.status, body: await response.json() as { message: string, callbackId: string } }
}

for (const how of ['GET', 'POST'] as const) {
  void t.test(`${how}: each example of the documentation gives its event, over TCP and over WebSocket`, async t => {
    const tokenio = await startTokenio()
    t.teardown(tokenio.close)
    tokenio.answer(bankId, pending, processed())
    tokenio.answer(passcodeId, pending)
    tokenio.answer(decoupledId, pending)
    const { url, mqtt } = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'bS0x' })
    const tcp = await subscribe(t, mqtt)
    const ws = await subscribe(t, `${url.replace('http', 'ws')}/mqtt`)

    t.match(await send(url, how, unavailable), { status: 200, body: { message: String, callbackId: /^[0-9a-f-]{36}$/ } })
    for (const subscriber of [tcp, ws]) {
      const [first] = await subscriber.count(1)
      t.equal(first?.topic, `callbacks/v1/default/tokenio/${bankId}`)
      t.match(first?.event, { type: 'callbacks.tokenio.pending.v1', subject: bankId, data: { tokenRequestId: bankId, status: 'PENDING', error: { code: 14, name: 'UNAVAILABLE', message: 'Bank is unavailable' } } })
      t.match(first?.packet, { qos: 1 })
    }
    t.match(await send(url, how, passcode), { status: 200 })
    t.match((await tcp.until(all => all.some(({ event }) => event.subject === passcodeId))).at(-1)?.event, {
      type: 'callbacks.tokenio.credentials-required.v1', data: { tokenRequestId: passcodeId, decoupled: false, fields: [{ id: 'otp', description: 'One-time passcode' }] },
    })
    t.match(await send(url, how, decoupled), { status: 200 })
    const events = await tcp.until(all => all.some(({ event }) => event.subject === decoupledId))
    t.match(events.find(({ event }) => event.subject === decoupledId)?.event, {
      type: 'callbacks.tokenio.credentials-required.v1', data: { decoupled: true, fields: [{ type: 'DECOUPLED', description: 'Please, authorize payment using mobile device.' }] },
    })
    t.match(await send(url, how, redirect), { status: 200 })
    const [done] = (await tcp.until(all => all.some(({ event }) => event.type.includes('completed')))).filter(({ event }) => event.type.includes('completed'))
    t.match(done?.event, { specversion: '1.0', type: 'callbacks.tokenio.completed.v1', subject: bankId, datacontenttype: 'application/json', data: { tokenRequestId: bankId, status: 'PROCESSED' } })

    const late = await subscribe(t, mqtt, { filter: `callbacks/v1/default/tokenio/${bankId}` })
    t.match((await late.count(1))[0], { event: { id: done?.event.id }, packet: { retain: true } }, 'the topic keeps the key’s last word')
    t.match(tokenio.asks[0]?.headers, { authorization: 'Basic bS0x' })
  })
}

void t.test('a forged error never turns a processed request into a failed one', async t => {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  const { url, mqtt } = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k' })
  const subscriber = await subscribe(t, mqtt)
  await send(url, 'GET', unavailable)
  t.match((await subscriber.count(1))[0]?.event, { type: 'callbacks.tokenio.completed.v1' })
})

void t.test('one request, many callbacks: one entry for each that differs, one final event, and the same answer to a repeat', async t => {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  const { url, mqtt } = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k' })
  const subscriber = await subscribe(t, mqtt)
  const replies = await Promise.all(Array.from({ length: 50 }, (_, i) => send(url, i % 2 === 0 ? 'GET' : 'POST', `${redirect}&trace-id=t${i}`)))
  t.equal(new Set(replies.map(({ body }) => body.callbackId)).size, 1)
  await subscriber.count(1)
  await send(url, 'GET', unavailable)
  await send(url, 'GET', redirect.replaceAll('3SVzg', '3SVzh'))
  const all = await subscriber.count(2)
  t.same(all.map(({ event }) => event.type), ['callbacks.tokenio.completed.v1', 'callbacks.tokenio.completed.v1'])
  t.equal(tokenio.asked(bankId), 1, 'nobody is asked after the final event')
})

void t.test('a request that Token.io does not know reaches no subscriber, and is buried', async t => {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  tokenio.answer(bankId, { status: 404, body: { error: { errorCode: 'NOT_FOUND', message: 'no' } } })
  const { url, mqtt, lines } = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k' })
  const subscriber = await subscribe(t, mqtt)
  t.equal((await send(url, 'GET', redirect)).status, 200)
  await send(url, 'GET', redirect.replaceAll('3SVzg', '3SVzh'))
  await subscriber.count(1)
  t.match(subscriber.received.map(({ event }) => event.subject), ['rq:3SVzhJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'])
  t.match(lines.find(({ msg }) => msg === 'given up and buried'), { code: 'KEY_UNKNOWN' })
})

void t.test('each fault of a callback is named, and nothing is journalled, fetched or published', async t => {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  const { url, mqtt, lines } = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k' })
  const subscriber = await subscribe(t, mqtt)
  const id = `request-id=${bankId}`
  for (const [query, fields] of [
    ['', ['request-id', 'request_id']],
    [id, ['request_id']],
    [`request_id=${bankId}`, ['request-id']],
    [`${id}&request_id=${passcodeId}`, ['request_id']],
    [`${redirect}&${id}`, ['request-id']],
    ['request-id=rq:x&request_id=rq:x', ['request-id', 'request_id']],
    [`${redirect}&credential-fields=!!!`, ['credential-fields']],
    [`${id}&credential-fields=eyJ9`, ['request_id', 'credential-fields']],
  ] as const) {
    const { status, body } = await send(url, 'GET', query) as unknown as { status: number, body: { name: string, details: { field: string, location: string }[] } }
    t.equal(status, 400, query)
    t.equal(body.name, 'InvalidParameterError')
    t.same([...new Set(body.details.map(({ field }) => field))].toSorted(), [...fields].toSorted(), query)
    t.ok(body.details.every(({ location }) => location === 'query'))
  }
  await send(url, 'GET', redirect)
  await subscriber.count(1)
  t.equal(tokenio.asks.length, 1)
  t.equal(lines.filter(({ msg }) => msg === 'callback journalled').length, 1)
})

void t.test('names and values may be percent-encoded or not', async t => {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  const { url, mqtt } = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k' })
  const subscriber = await subscribe(t, mqtt)
  const id = encodeURIComponent(bankId)
  const plain = await send(url, 'GET', redirect)
  const encoded = await send(url, 'GET', `request%2Did=${id}&request%5fid=${id}`)
  t.equal(encoded.body.callbackId, plain.body.callbackId)
  await subscriber.count(1)
})

void t.test('a browser gets a page to read, and nothing of the query is in it', async t => {
  const { url } = await startProcess(t)
  const response = await fetch(`${url}/v1/tokenio/callback?${unavailable}`, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } })
  const page = await response.text()
  t.equal(response.status, 200)
  t.match(response.headers.get('content-type'), /^text\/html/)
  t.match(response.headers.get('content-security-policy'), /default-src 'none'/)
  t.match(page, /<h1>/)
  t.notMatch(page, /Bank is unavailable|3SVzg/)
  const refused = await fetch(`${url}/v1/tokenio/callback?request-id=canary`, { headers: { accept: 'text/html' } })
  t.equal(refused.status, 400)
  t.notMatch(await refused.text(), /canary/)
})

void t.test('on Mosquitto the same events arrive, over MQTT 5 with their expiry and content type', { skip: withoutMosquitto }, async t => {
  const mosquitto = await startMosquitto()
  t.teardown(mosquitto.stop)
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  const subscriber = await subscribe(t, mosquitto.url, { protocolVersion: 5 })
  const { url } = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k', MQTT_URL: mosquitto.url })
  await send(url, 'GET', redirect)
  const [received] = await subscriber.count(1)
  t.match(received, {
    topic: `callbacks/v1/default/tokenio/${bankId}`,
    event: { type: 'callbacks.tokenio.completed.v1' },
    packet: { properties: { contentType: 'application/cloudevents+json' } },
  })
  t.ok((received?.packet.properties?.messageExpiryInterval ?? 0) > 800)
})
