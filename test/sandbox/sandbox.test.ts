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
