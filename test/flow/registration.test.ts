import mqtt from 'mqtt'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { makeClients, patientFetch } from '../clients.ts'
import { directoryFor, startProcess } from '../process.ts'
import { subscribe } from '../subscriber.ts'

const presentation = (state: string, more: object = {}) => ({ state, vp_token: '{"email_vc":[{"type":["VerifiablePresentation"]}]}', ...more })

async function open (t: Test, more: { readonly [name: string]: string } = {}) {
  const directory = directoryFor(t)
  const clients = await makeClients(directory, { 'app-7': 'registrations subscribe', 'app-8': 'registrations subscribe', backend: 'registrations:any subscribe:all', watcher: 'subscribe' })
  const process = await startProcess(t, { directory, ...clients.environment, RATE_LIMIT_PER_MINUTE: '100000', RETURN_URL_ORIGINS: 'https://app.example,http://127.0.0.1:9', ...more })
  const send = async (method: string, path: string, body?: unknown, token?: string) => {
    const reply = await patientFetch(`${process.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...body !== undefined && { 'content-type': 'application/json' }, ...token !== undefined && { authorization: `Bearer ${token}` } },
      ...body !== undefined && { body: JSON.stringify(body) },
    })
    const text = await reply.text()
    return { status: reply.status, headers: reply.headers, body: (text === '' ? {} : JSON.parse(text)) as { readonly [name: string]: unknown } }
  }
  return { ...clients, ...process, send, register: (token: string, wish: object) => send('POST', '/v1/registrations', wish, token) }
}

void t.test('a registration, a callback and an event of one subscriber, with nothing but oauth4webapi, fetch and mqtt', async t => {
  const { tokenFor, register, send, mqtt: broker } = await open(t)
  const token = await tokenFor('app-7')
  const registered = await register(token, { provider: 'oid4vp', oid4vp: { correlationId: 'f2f3f4b6-43a1-4b7e-a07c-5a1a9a1d5a0e' } })
  t.match(registered, { status: 201, body: { provider: 'oid4vp', key: String, subscriber: 'app-7', topic: /^callbacks\/v1\/app-7\/oid4vp\//, expiresAt: String, callbackUrl: String, oid4vp: { transactionId: String } } })
  const { key, topic, callbackUrl } = registered.body as { key: string, topic: string, callbackUrl: string }
  t.ok(callbackUrl.endsWith(`/v1/callback/${key}`))

  const client = await mqtt.connectAsync(broker, { username: 'app-7', password: token, protocolVersion: 4 })
  t.teardown(() => client.endAsync(true))
  const received: { topic: string, event: { id: string, subject: string, type: string, data: object } }[] = []
  client.on('message', (topic, payload) => { received.push({ topic, event: JSON.parse(payload.toString()) as typeof received[0]['event'] }) })
  t.match(await client.subscribeAsync('callbacks/v1/app-7/#', { qos: 1 }), [{ qos: 1 }])

  const answer = await send('POST', '/v1/callback', presentation(key))
  t.match(answer, { status: 200, body: { message: String, response_code: String } })
  t.match(await send('POST', '/v1/callback', presentation(key)), { status: 200, body: answer.body }, 'the same again')
  t.match(await send('POST', '/v1/callback', presentation(key, { onboarded: true })), { status: 403, body: { name: 'OperationForbiddenError' } })

  await new Promise<void>(resolve => { const look = setInterval(() => { if (received.length > 0) { clearInterval(look); resolve() } }, 10) })
  t.match(received, [{ topic, event: { subject: key, type: 'callbacks.oid4vp.completed.v1', data: { correlationId: 'f2f3f4b6-43a1-4b7e-a07c-5a1a9a1d5a0e' } } }])
  t.match(await send('GET', `/v1/events/oid4vp/${key}`, undefined, token), { status: 200, body: { id: received[0]?.event.id ?? '', subject: key } })
})

void t.test('1000 concurrent posts for one state give equal answers and one event', async t => {
  const { tokenFor, register, send, mqtt: broker } = await open(t)
  const token = await tokenFor('app-7')
  const { key } = (await register(token, { provider: 'oid4vp' })).body as { key: string }
  const subscriber = await subscribe(t, broker, { username: 'app-7', password: token, filter: 'callbacks/v1/app-7/#' })
  const answers = await Promise.all(Array.from({ length: 1000 }, () => send('POST', '/v1/callback', presentation(key))))
  t.strictSame([...new Set(answers.map(({ status }) => status))], [200])
  t.equal(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1)
  await subscriber.count(1)
  const other = (await register(token, { provider: 'oid4vp' })).body as { key: string }
  await send('POST', '/v1/callback', presentation(other.key))
  await subscriber.until(all => all.some(({ event }) => event.subject === other.key)) // whatever there was of the first is here by now
  t.equal(subscriber.received.filter(({ event }) => event.subject === key).length, 1)
})

void t.test('unknown, expired, used and foreign states are refused alike, and none of it leaves a trace', async t => {
  const { tokenFor, register, send } = await open(t)
  const { key } = (await register(await tokenFor('app-7'), { provider: 'oid4vp' })).body as { key: string }
  await send('POST', '/v1/callback', presentation(key))
  const refusals: string[] = []
  const times = { unknown: [] as number[], used: [] as number[] }
  for (let i = 0; i < 12; i++) {
    for (const [why, body] of [['unknown', presentation(`nobody-knows-${i}`)], ['used', presentation(key, { presentation_submission: `{"a":${i}}` })]] as const) {
      const began = performance.now()
      const { status, headers, body: { traceId: _, ...rest } } = await send('POST', '/v1/callback', body)
      times[why].push(performance.now() - began)
      refusals.push(JSON.stringify([status, rest, [...headers.keys()].toSorted()]))
    }
  }
  t.equal(new Set(refusals).size, 1, refusals[0] ?? '')
  t.match(refusals[0], /^\[403,/)
  const median = (of: number[]) => of.toSorted((one, other) => one - other)[of.length / 2] ?? 0
  t.ok(Math.abs(median(times.unknown) - median(times.used)) < 10, JSON.stringify(times))
})

void t.test('a registration that comes late gets the key’s last event on its topic', async t => {
  const { tokenFor, register, mqtt: broker, url } = await open(t)
  const id = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
  const all = await subscribe(t, broker)
  await patientFetch(`${url}/v1/tokenio/callback?request-id=${id}&request_id=${id}`)
  const [first] = await all.until(received => received.some(({ event }) => event.type.includes('completed')))
  const token = await tokenFor('app-7')
  const late = await register(token, { provider: 'tokenio', key: id })
  t.match(late, { status: 201, body: { topic: `callbacks/v1/app-7/tokenio/${id}` } })
  const own = await subscribe(t, broker, { username: 'app-7', password: token, filter: 'callbacks/v1/app-7/#' })
  t.match((await own.count(1))[0], { topic: late.body.topic, event: { subject: id, id: all.received.find(({ event }) => event.type.includes('completed'))?.event.id } })
  t.equal(first?.topic, `callbacks/v1/default/tokenio/${id}`)
})

void t.test('what one subscriber was told is not told to the next who registers its key', async t => {
  const { tokenFor, register, send, url } = await open(t)
  const [own, other, backend] = await Promise.all([tokenFor('app-7'), tokenFor('app-8'), tokenFor('backend')])
  const id = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
  const wish = { provider: 'tokenio', key: id }
  const event = (token: string) => send('GET', `/v1/events/tokenio/${id}`, undefined, token)
  t.match(await register(own, wish), { status: 201 })
  await patientFetch(`${url}/v1/tokenio/callback?request-id=${id}&request_id=${id}`)
  while ((await event(own)).status !== 200) await sleep(20)
  t.match(await send('DELETE', `/v1/registrations/tokenio/${id}`, undefined, own), { status: 204 }) // as when it expires

  t.match(await register(other, wish), { status: 409, body: { name: 'AlreadyExistsError' } })
  t.match(await event(other), { status: 404 })
  t.match(await register(own, wish), { status: 201 }, 'who was told may register again')
  t.match(await send('DELETE', `/v1/registrations/tokenio/${id}`, undefined, own), { status: 204 })
  t.match(await register(backend, { ...wish, subscriber: 'app-8' }), { status: 201 }, 'and who may decide for others decides')
  t.match(await event(other), { status: 200 })
})

void t.test('each client is told no more than is its own', async t => {
  const { tokenFor, register, send } = await open(t)
  const [own, other, backend, watcher] = await Promise.all([tokenFor('app-7'), tokenFor('app-8'), tokenFor('backend'), tokenFor('watcher')])
  const wish = { provider: 'oid4vp', key: 'state-1', expiresIn: 60, returnUrl: 'https://app.example/done', oid4vp: { nonce: 'n' } }
  const { body } = await register(own, wish)
  t.match(await register(own, { ...wish, oid4vp: { nonce: 'n' } }), { status: 200, body })
  const path = '/v1/registrations/oid4vp/state-1'
  for (const [claim, asked, expected] of [
    ['another wish', () => register(own, { ...wish, expiresIn: 61 }), { status: 409, body: { name: 'AlreadyExistsError', httpStatusCode: 409 } }],
    ['another owner', () => register(other, wish), { status: 409 }],
    ['no token', () => send('POST', '/v1/registrations', wish), { status: 401, body: { name: 'UnauthorizedError' } }],
    ['no scope', () => register(watcher, wish), { status: 403, body: { name: 'OperationForbiddenError' } }],
    ['another’s topic', () => register(own, { provider: 'oid4vp', subscriber: 'app-8' }), { status: 403 }],
    ['another’s topic of Affinidi', () => register(own, { provider: 'oid4vp', oid4vp: { connectionClientId: 'app-8', correlationId: 'f2f3f4b6-43a1-4b7e-a07c-5a1a9a1d5a0e' } }), { status: 403 }],
    ['another’s topic, for who may', () => register(backend, { provider: 'oid4vp', subscriber: 'app-8', oid4vp: { connectionClientId: 'app-8', correlationId: 'f2f3f4b6-43a1-4b7e-a07c-5a1a9a1d5a0e' } }), { status: 201, body: { subscriber: 'app-8' } }],
    ['nobody’s topic', () => register(backend, { provider: 'oid4vp', subscriber: 'default' }), { status: 400, body: { details: [{ field: 'subscriber' }] } }],
    ...['a\0', '\u0085', 'a\n', '\ud800'].map(subscriber => [`a subscriber that no topic may name: ${JSON.stringify(subscriber)}`, () => register(backend, { provider: 'oid4vp', subscriber }), { status: 400, body: { details: [{ field: 'subscriber' }] } }] as const),
    ['no such provider', () => register(own, { provider: 'bank' }), { status: 400, body: { details: [{ field: 'provider' }] } }],
    ['no key where one is needed', () => register(own, { provider: 'tokenio' }), { status: 400, body: { details: [{ field: 'key' }] } }],
    ['a key of a wrong form', () => register(own, { provider: 'oid4vp', key: 'a/b' }), { status: 400, body: { details: [{ field: 'key' }] } }],
    ['a provider’s member beside another', () => register(own, { provider: 'tokenio', key: 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq', oid4vp: {} }), { status: 400, body: { details: [{ field: 'oid4vp' }] } }],
    ['too short', () => register(own, { ...wish, key: 's', expiresIn: 59 }), { status: 400, body: { details: [{ field: 'expiresIn' }] } }],
    ['too long', () => register(own, { ...wish, key: 's', expiresIn: 86_401 }), { status: 400 }],
    ['an unknown member', () => register(own, { ...wish, key: 's', more: 1 }), { status: 400 }],
    ['its own', () => send('GET', path, undefined, own), { status: 200, body }],
    ['read by another', () => send('GET', path, undefined, other), { status: 404, body: { name: 'NotFoundError' } }],
    ['removed by another', () => send('DELETE', path, undefined, other), { status: 404 }],
    ['no event yet', () => send('GET', '/v1/events/oid4vp/state-1', undefined, own), { status: 204 }],
    ['no event yet, for who reads all', () => send('GET', '/v1/events/oid4vp/state-1', undefined, backend), { status: 204 }],
    ['another’s event', () => send('GET', '/v1/events/oid4vp/state-1', undefined, other), { status: 404 }],
    ['an event of nobody', () => send('GET', '/v1/events/oid4vp/nobody', undefined, own), { status: 404 }],
    ['an event of no provider', () => send('GET', '/v1/events/bank/state-1', undefined, backend), { status: 404 }],
    ['an event without a token', () => send('GET', '/v1/events/oid4vp/state-1'), { status: 401 }],
    ['removed', () => send('DELETE', path, undefined, own), { status: 204 }],
    ['removed again', () => send('DELETE', path, undefined, own), { status: 404 }],
    ['its callback after that', () => send('POST', '/v1/callback', presentation('state-1')), { status: 403 }],
  ] as const) t.match(await asked(), expected, claim)
})

void t.test('a user returns only to an origin that was allowed, and only by a browser', async t => {
  const { tokenFor, register, url } = await open(t)
  const token = await tokenFor('app-7')
  const id = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
  for (const returnUrl of [
    'https://app.example.evil.example/', 'https://evil.example/?https://app.example', 'https://app.example@evil.example/', 'https://app.example:444/', 'http://app.example/',
    'javascript:alert(1)', '//app.example', 'https://user:secret@app.example/', 'data:text/html,hi', 'app.example',
  ]) t.match(await register(token, { provider: 'tokenio', key: id, returnUrl }), { status: 400, body: { details: [{ field: 'returnUrl' }] } }, returnUrl)
  t.match(await register(token, { provider: 'tokenio', key: id, returnUrl: 'HTTPS://App.Example/done?x=1#y' }), { status: 201 })
  const call = (headers: { [name: string]: string }) => patientFetch(`${url}/v1/tokenio/callback?request-id=${id}&request_id=${id}`, { headers, redirect: 'manual' })
  const back = await call({ accept: 'text/html' })
  t.match([back.status, back.headers.get('location')], [303, /^https:\/\/app\.example\/done\?x=1/])
  t.equal((await call({ accept: 'application/json' })).status, 200)
})
