import { test, type Test } from 'tap'
import { request } from 'undici'
import type { JsonObject } from '../../src/domain/callback.ts'
import type { OpenProvider } from '../../src/providers/provider.ts'
import { tokenio } from '../../src/providers/tokenio/index.ts'
import { openSandbox } from '../../src/sandbox/sandbox.ts'

const id = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
const settings = { TOKENIO_ID_PATTERN: tokenio.settings.TOKENIO_ID_PATTERN?.default, TOKENIO_RESULT_DEADLINE_SECONDS: 2100 }
const silent = { warn () {} }

async function open (t: Test) {
  let time = 0
  const said: string[] = []
  const sandbox = await openSandbox({ log: { warn: (_fields, message) => { said.push(message) } }, now: () => time })
  const provider = sandbox.open(tokenio, settings)
  if (provider === undefined) throw new Error('Token.io is not simulated')
  t.teardown(async () => {
    await provider.close()
    await sandbox.close()
  })
  return { sandbox, provider, said, pass: (milliseconds: number) => { time += milliseconds } }
}

/** Sends a callback of the provider's examples, and gives the event that its result makes. */
async function eventAfter (provider: OpenProvider, example: string) {
  const channel = provider.channels[0]
  const callback = await channel?.toCallback(channel.examples[example] as JsonObject, '00-0-0-01')
  if (callback === undefined) throw new Error(`no example ${example}`)
  const tell = async () => provider.toEvents({ callback, result: await provider.fetchResult(callback, new AbortController().signal), age: 0, asks: 0 }).events[0]
  return { event: await tell(), tell }
}

void test('a plain callback completes, with ids that look like those of Token.io and stay the same', async t => {
  const { provider, said } = await open(t)
  const { event, tell } = await eventAfter(provider, 'redirect')
  t.match(event, { status: 'completed', data: { tokenRequestId: id, status: 'PROCESSED', bankId: 'ob-modelo', tokenId: /^tt:\w{44}:5zKtXEAq$/, transferId: /^t:\w{44}:5zKtXEAq$/ } })
  t.strictSame(await tell(), event)
  t.strictSame(said, ['sandbox answers in place of Token.io'])
})

void test('an error fails, a passcode and the phone take their time', async t => {
  const { provider, pass } = await open(t)
  t.match((await eventAfter(provider, 'error')).event, { status: 'failed', data: { reason: 'REJECTED', confirmed: true, retriable: true, statusReasonInformation: 'Bank is unavailable' } })
  const passcode = await eventAfter(provider, 'embedded')
  const phone = await eventAfter(provider, 'decoupled')
  t.match([passcode.event, phone.event], [{ status: 'credentials-required', data: { decoupled: false } }, { status: 'credentials-required', data: { decoupled: true } }])
  pass(10_000)
  t.match([(await passcode.tell())?.status, (await phone.tell())?.status], ['credentials-required', 'completed'])
  pass(10_000)
  t.equal((await passcode.tell())?.status, 'completed')
})

void test('it answers any id, and nothing else', async t => {
  const { sandbox } = await open(t)
  const rows = [['GET', '/token-requests/any/result', 200], ['GET', '/token-requests/any/result?x=1', 200], ['GET', '/', 404], ['POST', '/token-requests/any/result', 404], ['GET', '/token-requests//result', 404]] as const
  for (const [method, path, status] of rows) {
    const reply = await request(`${sandbox.url}${path}`, { method })
    t.equal(reply.statusCode, status, `${method} ${path}`)
    await reply.body.dump()
  }
})

void test('it listens on loopback, and another provider is left alone', async t => {
  const sandbox = await openSandbox({ log: silent })
  t.teardown(() => sandbox.close())
  t.match(sandbox.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.equal(sandbox.open({ ...tokenio, name: 'toy' }, settings), undefined)
})

void test('the fake bank has a button for all that can happen there, and sends the browser to the callback', async t => {
  const sandbox = await openSandbox({ log: silent, callbackUrl: () => 'http://127.0.0.1:8080/v1/tokenio/callback' })
  t.teardown(() => sandbox.close())
  const provider = sandbox.open(tokenio, settings)
  t.teardown(async () => provider?.close())
  const channel = provider?.channels[0]
  for (const [choice, status, fields] of [
    ['approve', 'PROCESSED', 0], ['decline', 'REJECTED', 0], ['unavailable', 'REJECTED', 0], ['passcode', 'PENDING', 1], ['decoupled', 'PENDING', 1], ['slow', 'PENDING', 0],
  ] as const) {
    const page = await (await fetch(sandbox.bank)).text()
    const key = /name="request-id" value="([^"]+)"/.exec(page)?.[1] ?? ''
    t.match(key, /^rq:[1-9A-HJ-NP-Za-km-z]{28}:5zKtXEAq$/)
    t.match(page, `value="${choice}"`)
    const onward = await fetch(sandbox.bank, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ 'request-id': key, choice }) })
    const url = new URL(onward.headers.get('location') ?? '')
    t.equal(onward.status, 303)
    t.equal(url.origin + url.pathname, 'http://127.0.0.1:8080/v1/tokenio/callback')
    const given = Object.fromEntries(url.searchParams) as JsonObject
    t.strictSame(channel?.faultsOf?.(given), [], `${choice}: a callback without fault`)
    const callback = await channel?.toCallback(given, '00-0-0-01')
    t.equal((callback?.parameters.fields as unknown[] | undefined)?.length ?? 0, fields)
    t.equal((await provider?.fetchResult(callback as never, new AbortController().signal))?.status, status, choice)
  }
  const wrong = await fetch(sandbox.bank, { method: 'POST', body: new URLSearchParams({ 'request-id': '"><script>', choice: 'approve' }) })
  t.equal(wrong.status, 400)
  t.equal((await fetch(`${sandbox.bank}?request-id=${encodeURIComponent('"><b>')}`)).status, 400)
})

void test('it takes a passcode, any but one, and reads the callback of a bank', async t => {
  const { provider } = await open(t)
  const { visits } = provider
  const signal = new AbortController().signal
  await eventAfter(provider, 'embedded')
  const key = 'rq:43hA2P34BC9a1jwYmyjmDYBrTETA:5zKtXEAq'
  t.match(await visits?.enter(key, { otp: '000000' }, signal), { next: 'again' })
  t.match(await visits?.enter(key, { otp: '123456' }, signal), { next: 'wait', reply: { status: 'AUTHENTICATED' } })
  t.match(await visits?.enter(key, { otp: '123456' }, signal), { next: 'wait', reply: { status: 'INVALID' } }, 'once')
  t.match((await eventAfter(provider, 'embedded')).event, { status: 'completed' })
  t.match(await visits?.arriving?.arrive(`code=1&request-id=${key}`, '', signal), { callback: { key, channel: 'front', parameters: {} } })
  t.match(await visits?.arriving?.arrive('code=1&passcode=1', '', signal), { callback: { key: /^rq:/, parameters: { fields: [{ id: 'otp' }] } } })
})
