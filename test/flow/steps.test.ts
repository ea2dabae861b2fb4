import t from 'tap'
import type { Test } from 'tap'
import { oauthClients } from '../oauth-client.ts'
import { directoryFor, startProcess } from '../process.ts'
import { subscribe } from '../subscriber.ts'
import { pending, processed, startTokenio, type TokenioReply } from '../tokenio-server.ts'
import { until } from '../publisher/until.ts'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
let made = 0
const newId = () => `rq:3SVzgJtzu2DvaZSgRGznpdknT3${alphabet[Math.floor(made / 58)]}${alphabet[made++ % 58]}:5zKtXEAq`
const otp = { fields: [{ id: 'otp', description: 'One-time passcode' }] }
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const authorizationOf = (id: string) => `/token-requests/${id}/authorization`
const html = { accept: 'text/html', 'accept-language': 'en' }

async function start (t: Test, environment: { readonly [name: string]: string } = {}) {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  tokenio.otherwise(pending)
  const running = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k', LOG_LEVEL: 'trace', ...environment })
  const { url } = running
  const subscriber = await subscribe(t, running.mqtt)

  const get = async (path: string, headers: object = html) => fetch(new URL(path, url), { redirect: 'manual', headers: { ...headers } })
  const post = async (path: string, entered: { readonly [name: string]: string }) => fetch(new URL(path, url), { method: 'POST', redirect: 'manual', headers: html, body: new URLSearchParams(entered) })
  const callback = async (id: string, more: { readonly [name: string]: string } = {}) => get(`/v1/tokenio/callback?${new URLSearchParams({ 'request-id': id, request_id: id, ...more }).toString()}`)
  const comeBack = async (id: string, fields: object = otp) => {
    const reply = await callback(id, { 'credential-fields': encode(fields) })
    return { status: reply.status, path: reply.headers.get('location') ?? '' }
  }
  /** The page as soon as it says this. */
  const pageWith = async (path: string, said: RegExp) => {
    let text = ''
    await until(async () => { text = await (await get(path)).text(); return said.test(text) })
    return text
  }
  const statusesOf = (id: string) => subscriber.received.filter(({ event }) => event.subject === id).map(({ event }) => event.type.split('.')[2])
  return { tokenio, running, url, subscriber, get, post, callback, comeBack, pageWith, statusesOf }
}

void t.test('a passcode goes to Token.io once, as it documents, and the result is asked for at once', async t => {
  const { tokenio, post, comeBack, pageWith, subscriber, statusesOf } = await start(t)
  const id = newId()
  tokenio.answer(authorizationOf(id), { body: { status: 'AUTHENTICATED' } })
  const { status, path } = await comeBack(id)
  t.equal(status, 303)
  t.match(path, /^\/v1\/tokenio\/steps\/[\w-]{100,400}$/)
  const page = await pageWith(path, /<form/)
  t.match(page, /<form method="post">.*<label for="part-0">One-time passcode<\/label><input type="text" id="part-0" name="otp" autocomplete="one-time-code"/s)
  tokenio.answer(id, processed())
  const sent = await post(path, { otp: '123456', other: 'x' })
  t.equal(sent.status, 303)
  const asks = tokenio.asks.filter(({ path }) => path === authorizationOf(id))
  t.match(asks, [{ method: 'POST', body: '{"credentials":{"otp":"123456"},"useCredentialFlow":true}', headers: { 'content-type': 'application/json', authorization: 'Basic k' } }])
  await subscriber.until(() => statusesOf(id).includes('completed'), 3_000)
  t.strictSame(statusesOf(id), ['credentials-required', 'completed'])
  t.match(await pageWith(sent.headers.get('location') ?? '', /<h1>Done/), /complete/)
  t.match(await pageWith(path, /<h1>Done/), /complete/, 'and so does the page that it came from')
})

void t.test('nothing of the query is shown before Token.io itself says that the request is open', async t => {
  const { tokenio, get, comeBack, pageWith } = await start(t)
  const id = newId()
  tokenio.answer(id, { status: 404, body: {} })
  const { path } = await comeBack(id, { fields: [{ id: 'pin', description: 'FORGED: your card number, please' }] })
  t.notMatch(await (await get(path)).text(), /FORGED|<form/)
  await until(() => tokenio.asked(id) > 0)
  t.notMatch(await (await get(path)).text(), /FORGED|<form/)

  const other = newId()
  const { path: real } = await comeBack(other)
  await pageWith(real, /<form/)
  const { path: forged } = await comeBack(other, { fields: [{ id: 'pin', description: '<script>FORGED</script>' }] })
  t.match(await pageWith(forged, /<form/), /&lt;script&gt;FORGED/, 'what is shown then is escaped')
})

void t.test('a handle that was guessed, altered or made for another purpose opens nothing', async t => {
  const { tokenio, get, post, comeBack, pageWith } = await start(t)
  const id = newId()
  const { path } = await comeBack(id)
  await pageWith(path, /<form/)
  const handle = path.slice(path.lastIndexOf('/') + 1)
  const middle = handle[60] === 'A' ? 'B' : 'A'
  for (const guess of ['x', 'A'.repeat(handle.length), handle.slice(0, -1), `${handle.slice(0, 60)}${middle}${handle.slice(61)}`, id]) {
    const reply = await get(`/v1/tokenio/steps/${guess}`)
    t.match([reply.status, await reply.text()], [404, /This page has expired/], guess)
    t.equal((await post(`/v1/tokenio/steps/${guess}`, { otp: '1' })).status, 404)
    t.equal((await get(`/v1/tokenio/steps/${guess}`, { accept: 'application/json' })).status, 404)
  }
  t.equal(tokenio.asks.filter(({ method }) => method === 'POST').length, 0)
})

void t.test('a page is sent once, however often it is posted, and whoever opened it again', async t => {
  const { tokenio, post, comeBack, pageWith } = await start(t)
  const id = newId()
  tokenio.answer(authorizationOf(id), { body: { status: 'AUTHENTICATED' }, delay: 200 })
  const first = await comeBack(id)
  const second = await comeBack(id)
  await pageWith(first.path, /<form/)
  const replies = await Promise.all([first, first, second, first, second].map(({ path }) => post(path, { otp: '123456' })))
  t.strictSame(replies.map(({ status }) => status), [303, 303, 303, 303, 303])
  for (const reply of replies) t.match(await pageWith(reply.headers.get('location') ?? '', /<h1>/), /Your entry has been sent/)
  t.equal(tokenio.asked(authorizationOf(id)), 1)
})

const leads: readonly (readonly [claim: string, reply: TokenioReply, then: { readonly location?: string, readonly page?: RegExp }])[] = [
  ['more is asked for', { body: { fields: { fields: [{ id: 'choice', displayName: 'Which way?', options: ['SMS', 'Phone call'] }] } } }, { page: /<legend>Which way\?<\/legend>.*type="radio"[^>]* name="choice" value="SMS".*Phone call/s }],
  ['more is asked for, in a flat list', { body: { fields: [{ id: 'pin', type: 'PASSWORD' }] } }, { page: /<input type="password"[^>]* name="pin"/ }],
  ['the phone comes next', { body: { fields: [{ type: 'DECOUPLED', description: 'Look at your phone' }] } }, { page: /Look at your phone/ }],
  ['the same is asked for again', { body: otp }, { page: /<input[^>]* name="otp"/ }],
  ['the bank goes on elsewhere', { body: { redirectUrl: 'https://bank.example/next?a=1', oauthState: 'x' } }, { location: 'https://bank.example/next?a=1' }],
  ['a redirect that is not https is not followed', { body: { redirectUrl: 'http://bank.example/' } }, { page: /Your entry has been sent/ }],
  ['a redirect to a script is not followed', { body: { redirectUrl: 'javascript:alert(1)' } }, { page: /Your entry has been sent/ }],
  ['a wrong passcode may be tried again', { body: { status: 'AUTHENTICATION_FAILED' } }, { page: /did not accept.*<form/s }],
  ['the user refused', { body: { status: 'DECLINED_BY_PSU' } }, { page: /Authorization cancelled/ }],
  ['an unclear status is left to the result', { body: { status: 'INVALID' } }, { page: /Your entry has been sent/ }],
  ['Token.io is away', { status: 503 }, { page: /could not be reached.*<form/s }],
  ['Token.io takes no more requests now', { status: 429 }, { page: /could not be reached.*<form/s }],
  ['Token.io refuses it', { status: 400, body: { error: { message: 'CANARY' } } }, { page: /did not accept.*<form/s }],
]

void t.test("Token.io's reply leads on", async t => {
  const { tokenio, post, comeBack, pageWith, running } = await start(t)
  for (const [claim, reply, { location, page }] of leads) {
    const id = newId()
    tokenio.answer(authorizationOf(id), reply)
    const { path } = await comeBack(id)
    await pageWith(path, /<form/)
    const next = (await post(path, { otp: '123456' })).headers.get('location') ?? ''
    if (location !== undefined) t.equal(next, location, claim)
    if (page !== undefined) t.match(await pageWith(next, page), page, claim)
    if (page?.source.includes('<form')) {
      const before = tokenio.asked(authorizationOf(id))
      await post(next, { otp: '654321' })
      t.equal(tokenio.asked(authorizationOf(id)), before + 1, `${claim}: it is sent`)
    }
  }
  t.notMatch(JSON.stringify(running.lines), /123456|654321|CANARY|bank\.example/)
})

void t.test('what is missing, too long or no option is asked for again, and not sent', async t => {
  const { tokenio, post, comeBack, pageWith } = await start(t)
  const id = newId()
  const { path } = await comeBack(id, { fields: [{ id: 'way', options: ['SMS', 'Call'] }, { id: 'constructor' }, { type: 'PSU_MESSAGE', description: 'Mind the gap' }] })
  t.match(await pageWith(path, /<form/), /Mind the gap/)
  for (const entered of [{}, { way: 'SMS' }, { way: 'Pigeon', constructor: 'x' }, { way: 'SMS', constructor: '' }, { way: 'SMS', constructor: 'x'.repeat(5000) }] as { [name: string]: string }[]) {
    const reply = await post(path, entered)
    t.match([reply.status, await reply.text()], [400, /Please fill in everything/], Object.keys(entered).join())
  }
  t.equal(tokenio.asked(authorizationOf(id)), 0)
  tokenio.answer(authorizationOf(id), { body: { status: 'AUTHENTICATED' } })
  t.equal((await post(path, { way: 'Call', constructor: 'x' })).status, 303)
  t.match(tokenio.asks.find(({ path }) => path === authorizationOf(id))?.body ?? '', /"way":"Call"/)
})

void t.test('after a crash in the middle nothing is sent again: the result tells', async t => {
  const directory = directoryFor(t)
  const { tokenio, running, post, comeBack, pageWith } = await start(t, { directory })
  const id = newId()
  tokenio.answer(authorizationOf(id), { fault: 'hang' })
  const { path } = await comeBack(id)
  await pageWith(path, /<form/)
  const lost = post(path, { otp: '123456' }).catch(() => undefined)
  await until(() => tokenio.asked(authorizationOf(id)) === 1)
  await running.stop('SIGKILL')
  await lost
  tokenio.answer(id, processed())
  const again = await startProcess(t, { directory, TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k' })
  const subscriber = await subscribe(t, again.mqtt)
  await subscriber.until(all => all.some(({ event }) => event.subject === id && event.type.includes('completed')))
  const reply = await fetch(`${again.url}${path}`, { method: 'POST', redirect: 'manual', headers: html, body: new URLSearchParams({ otp: '123456' }) })
  t.equal(reply.status, 303)
  t.equal(tokenio.asked(authorizationOf(id)), 1)
})

void t.test('without hosted pages the event tells the app, which hands on what it was given', async t => {
  const directory = directoryFor(t)
  const clients = oauthClients(directory, { shop: 'credentials registrations', other: 'credentials', reader: 'subscribe' })
  const { tokenio, url, callback, subscriber, statusesOf, running } = await start(t, { directory, TOKENIO_HOSTED_CREDENTIALS: 'false', ...clients.environment })
  const id = newId()
  const page = await callback(id, { 'credential-fields': encode(otp) })
  t.match([page.status, await page.text()], [200, /<h1>Thank you/])
  await subscriber.until(() => statusesOf(id).length === 1)
  t.strictSame(statusesOf(id), ['credentials-required'])

  const hand = async (client: string, key: string, body: object) => {
    const reply = await fetch(`${url}/v1/tokenio/token-requests/${key}/credentials`, {
      method: 'POST', headers: { 'content-type': 'application/json', authorization: await clients.authorization(url, client) }, body: JSON.stringify(body),
    })
    return { status: reply.status, body: await reply.json() as { name?: string } }
  }
  tokenio.answer(authorizationOf(id), { body: { fields: { fields: [{ id: 'pin', unknown: 1 }] }, oauthState: 's' } }, { body: { status: 'AUTHENTICATED', x: 1 } }, { body: { redirectUrl: 'https://bank.example/' } }, { status: 404 })
  t.strictSame(await hand('shop', id, { credentials: { otp: 'CANARY1' } }), { status: 200, body: { fields: [{ id: 'pin' }] } })
  await subscriber.until(() => statusesOf(id).length === 2)
  tokenio.answer(id, processed())
  t.strictSame(await hand('shop', id, { credentials: { pin: 'CANARY2' } }), { status: 200, body: { status: 'AUTHENTICATED' } })
  await subscriber.until(() => statusesOf(id).includes('completed'), 3_000)
  t.strictSame(await hand('shop', id, { credentials: { pin: '3' } }), { status: 200, body: { redirectUrl: 'https://bank.example/' } })
  t.match(await hand('shop', id, { credentials: { pin: '3' } }), { status: 404, body: { name: 'NotFoundError' } })
  t.match(await hand('reader', id, { credentials: { pin: '3' } }), { status: 403 })
  for (const body of [{}, { credentials: {} }, { credentials: { otp: 1 } }, { credentials: { otp: 'x' }, more: 1 }, []]) t.match(await hand('shop', id, body), { status: 400, body: { name: 'InvalidParameterError' } })
  t.match(await hand('shop', 'rq:short', { credentials: { otp: 'x' } }), { status: 400 })
  t.equal((await fetch(`${url}/v1/tokenio/token-requests/${id}/credentials`, { method: 'POST' })).status, 401)

  const mine = newId()
  const registered = await fetch(`${url}/v1/registrations`, {
    method: 'POST', headers: { 'content-type': 'application/json', authorization: await clients.authorization(url, 'shop') }, body: JSON.stringify({ provider: 'tokenio', key: mine }),
  })
  t.equal(registered.status, 201)
  t.match(await hand('other', mine, { credentials: { otp: 'x' } }), { status: 404 }, 'a key that another registered is not there')
  t.equal(tokenio.asked(authorizationOf(mine)), 0)
  t.notMatch(JSON.stringify([running.lines, subscriber.received.map(({ event }) => event)]), /CANARY/)
})

void t.test("a bank's own callback is read by Token.io, letter for letter", async t => {
  const { tokenio, get, callback, subscriber, statusesOf, pageWith } = await start(t)
  const initiation = '/callback/initiation'
  const id = newId()
  const query = 'code=a%2Bb+c%20d&state=%7B%22x%22%3A1%7D&code=twice&empty='
  tokenio.answer(initiation, { body: { tokenRequestId: id } })
  tokenio.answer(id, processed())
  const reply = await get(`/v1/tokenio/bank-callback?${query}`, { accept: 'application/json' })
  t.match([reply.status, await reply.json()], [200, { message: String, callbackId: /^[0-9a-f-]{36}$/ }])
  const [ask] = tokenio.asks.filter(({ path }) => path === initiation)
  t.strictSame([ask?.method, JSON.parse(ask?.body ?? '{}')], ['POST', { query }])
  await subscriber.until(() => statusesOf(id).includes('completed'))
  t.match(await (await get(`/v1/tokenio/bank-callback?${query}`)).text(), /<h1>Thank you/)
  t.equal((await callback(id)).status, 200)

  const redirected = newId()
  tokenio.answer(initiation, { body: { tokenRequestId: redirected, redirectUrl: 'https://bank.example/second' } })
  const onward = await get('/v1/tokenio/bank-callback?a=1')
  t.match([onward.status, onward.headers.get('location')], [303, 'https://bank.example/second'])
  const stepped = newId()
  tokenio.answer(initiation, { body: { tokenRequest: { id: stepped }, fields: otp } })
  const step = await get('/v1/tokenio/bank-callback?a=2')
  t.equal(step.status, 303)
  t.match(await pageWith(step.headers.get('location') ?? '', /<form/), /One-time passcode/)

  for (const [status, told] of [[400, { status: 404 }], [400, { status: 400 }], [502, { status: 503 }], [502, { status: 429 }], [502, { body: {} }], [502, { body: { tokenRequestId: '../x' } }], [502, { body: '<html>' }]] as const) {
    tokenio.answer(initiation, told)
    t.equal((await get('/v1/tokenio/bank-callback?a=3', { accept: 'application/json' })).status, status, JSON.stringify(told))
    t.equal(tokenio.asked(initiation), 1, 'never repeated by the machine')
  }
  for (const status of [429, 503]) {
    tokenio.answer(initiation, { status })
    t.match(await (await get('/v1/tokenio/bank-callback?a=4', { accept: 'text/html' })).text(), /Reload this page in a few seconds/, String(status))
  }
  t.equal((await get('/v1/tokenio/bank-callback')).status, 400)
})

void t.test('a registered user returns to the app, with the status and the key', async t => {
  const directory = directoryFor(t)
  const clients = oauthClients(directory, { shop: 'registrations' })
  const { tokenio, url, get, post, callback, comeBack, pageWith } = await start(t, { directory, RETURN_URL_ORIGINS: 'https://app.example', ...clients.environment })
  const register = async () => {
    const key = newId()
    const headers = { 'content-type': 'application/json', authorization: await clients.authorization(url, 'shop') }
    const reply = await fetch(`${url}/v1/registrations`, { method: 'POST', headers, body: JSON.stringify({ provider: 'tokenio', key, returnUrl: 'https://app.example/done?a=1' }) })
    t.equal(reply.status, 201)
    return key
  }
  const urlFor = (key: string, status: string) => `https://app.example/done?a=1&status=${status}&key=${encodeURIComponent(key)}`

  const plain = await register()
  const back = await callback(plain)
  t.match([back.status, back.headers.get('location')], [303, urlFor(plain, 'pending')])
  const troubled = await register()
  t.equal((await callback(troubled, { error: '14', message: 'x' })).headers.get('location'), urlFor(troubled, 'failed'))

  const stepped = await register()
  tokenio.answer(authorizationOf(stepped), { body: { status: 'AUTHENTICATED' } })
  const { path } = await comeBack(stepped)
  await pageWith(path, /<form/)
  t.match((await get(path)).headers.get('content-security-policy'), /form-action 'self' https: https:\/\/app\.example;/)
  tokenio.answer(stepped, processed())
  const sent = (await post(path, { otp: '123456' })).headers.get('location') ?? ''
  await until(async () => (await get(sent)).status === 303)
  t.equal((await get(sent)).headers.get('location'), urlFor(stepped, 'completed'))
})

void t.test("another company's ids reach no subscriber, hold up nobody, and lead nowhere", async t => {
  const { tokenio, callback, comeBack, get, subscriber, statusesOf } = await start(t)
  const foreign = Array.from({ length: 12 }, newId)
  for (const id of foreign) tokenio.answer(id, { status: 403, body: { error: { errorCode: 'PermissionDenied', message: 'not yours' } } })
  const paths = await Promise.all(foreign.map(async (id, at) => at % 2 === 0 ? (await comeBack(id)).path : (await callback(id), undefined)))
  await until(() => foreign.every(id => tokenio.asked(id) > 0))
  t.match(await (await get('/readyz', { accept: 'application/json' })).json(), { status: 'ok', checks: { tokenio: { status: 'degraded', reason: /refuses our credentials \(403/ } } })
  const own = newId()
  tokenio.answer(own, processed())
  await callback(own)
  await subscriber.until(() => statusesOf(own).includes('completed'), 5_000)
  for (const path of paths) if (path !== undefined) t.notMatch(await (await get(path)).text(), /<form|passcode/i)
  t.strictSame(foreign.flatMap(statusesOf), [])
})
