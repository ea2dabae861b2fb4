import t from 'tap'
import type { JsonObject } from '../../../src/domain/callback.ts'
import { browserSecret, browserSecretHash, openRegistered } from './open-registered.ts'

const page = { accept: 'text/html' }
const open = async (t: Parameters<typeof openRegistered>[0], settings: JsonObject = {}) => {
  const opened = await openRegistered(t, settings)
  const visit = async (url: string, headers: { readonly accept?: string, readonly cookie?: string } = page) => {
    const reply = await opened.app.inject({ method: 'GET', url, headers })
    return { status: reply.statusCode, location: reply.headers.location, body: reply.body }
  }
  return { ...opened, visit }
}

void t.test('a browser that brings the code of the response goes on to the app', async t => {
  const { register, post, visit, told } = await open(t)
  const { body: { key } } = await register({}, { returnUrl: 'https://app.example/done' })
  const { response_code: code } = (await post({ state: key, vp_token: 'eyJh.b.c' })).json<{ response_code: string }>()
  t.equal((await told()).length, 1)
  for (const path of ['/v1/callback', '/ais/v1/callback']) {
    t.match(await visit(`${path}/${key}?response_code=${code}`), { status: 303, location: `https://app.example/done?response_code=${code}` })
  }
  t.match(await visit(`/v1/callback/${key}?response_code=${code}`, {}), { status: 200, body: '{"message":"Received."}' })
  t.strictSame(await told(), [], 'and nothing comes of it')
})

void t.test('without an app, it is shown a page', async t => {
  const { register, visit, post } = await open(t)
  const { body: { key } } = await register({})
  const { response_code: code } = (await post({ state: key, vp_token: 'eyJh.b.c' })).json<{ response_code: string }>()
  t.match(await visit(`/v1/callback/${key}?response_code=${code}`), { status: 200, body: /<!doctype html>/i })
  t.match(await visit(`/v1/callback/${key}?error=access_denied`), { status: 200, body: /<!doctype html>/i })
})

void t.test("another browser's code leads nowhere, and an error that a browser brings is told to nobody", async t => {
  const { register, post, visit, told } = await open(t)
  const [one, other] = [(await register({}, { returnUrl: 'https://app.example/done' })).body.key, (await register({})).body.key]
  const { response_code: code } = (await post({ state: other, vp_token: 'eyJh.b.c' })).json<{ response_code: string }>()
  await told()
  t.equal((await visit(`/v1/callback/${one}?response_code=${code}`)).status, 403)
  t.equal((await visit(`/v1/callback/nobody?response_code=${code}`)).status, 403)
  t.equal((await visit(`/v1/callback/${one}`)).status, 400)
  t.match(await visit(`/v1/callback/${one}?error=access_denied&error_description=No`), { status: 303, location: 'https://app.example/done?error=access_denied&error_description=No' })
  t.strictSame(await told(), [])
  t.equal((await post({ state: one, vp_token: 'eyJh.b.c' })).statusCode, 200, 'and the state is still open')
})

const cookie = `theme=dark; __Secure-browser-secret=${browserSecret}; other=1`
const strangers: readonly (readonly [claim: string, cookie: string | undefined])[] = [
  ['no cookie', undefined],
  ['other cookies', 'theme=dark; x__Secure-browser-secret=a; __secure-browser-secret=a'],
  ['an empty secret', '__Secure-browser-secret='],
  ["another browser's secret", cookie.replace(browserSecret, 'B'.repeat(43))],
  ['the hash itself', `__Secure-browser-secret=${browserSecretHash}`],
  ['a second secret, put there by a neighbour', `${cookie}; __Secure-browser-secret=${'B'.repeat(43)}`],
]

void t.test("where a registration names its browser's secret, no other browser gets on", async t => {
  const { register, post, visit, told } = await open(t)
  const { body: { key } } = await register({ browserSecretHash }, { returnUrl: 'https://app.example/done' })
  const { response_code: code } = (await post({ state: key, vp_token: 'eyJh.b.c' })).json<{ response_code: string }>()
  await told()
  for (const query of [`response_code=${code}`, 'error=access_denied']) {
    for (const [claim, cookie] of strangers) t.equal((await visit(`/v1/callback/${key}?${query}`, { ...page, ...cookie !== undefined && { cookie } })).status, 403, `${query}: ${claim}`)
    t.match(await visit(`/v1/callback/${key}?${query}`, { ...page, cookie }), { status: 303, location: `https://app.example/done?${query}` })
  }
  t.equal((await visit(`/v1/callback/${key}?response_code=${code.startsWith('A') ? 'B' : 'A'}${code.slice(1)}`, { ...page, cookie })).status, 403, 'and the code is still needed')
})

void t.test("a code of a remote Iota is kept only of the browser that began: nobody's authorization is fixed on another", async t => {
  const { register, visit, journal } = await open(t, { IOTA_URL: 'http://127.0.0.1:1' })
  const { body: { key } } = await register({ browserSecretHash })
  for (const [claim, cookie] of strangers) t.equal((await visit(`/v1/callback/${key}?response_code=code-1`, { ...page, ...cookie !== undefined && { cookie } })).status, 403, claim)
  t.strictSame(await journal.claim('oid4vp', 10), [], 'and nothing is kept')
  t.equal((await visit(`/v1/callback/${key}?response_code=code-1`, { ...page, cookie })).status, 200)
  t.match(await journal.claim('oid4vp', 10), [{ entry: { callback: { parameters: { responseCode: 'code-1' } } } }])
})
