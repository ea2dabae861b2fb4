import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import type { JsonObject } from '../../../src/domain/callback.ts'
import { createFetchRemote } from '../../../src/providers/oid4vp/remote-iota.ts'
import { openRegistered } from './open-registered.ts'

/** An Iota that answers everything alike. */
async function startIota (t: Test, status: number, reply: string, headers: { readonly [name: string]: string } = {}) {
  const asked: { readonly path: string | undefined, readonly authorization: string | undefined, readonly body: JsonObject }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => { text += chunk.toString() }).on('end', () => {
      asked.push({ path: request.url, authorization: request.headers.authorization, body: JSON.parse(text) as JsonObject })
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(reply)
    })
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.closeAllConnections(); server.close() })
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ais` }
}

const given = { correlationId: 'c-1', configurationId: 'f-1', transactionId: 't-1' }

void t.test('a code of a remote Iota is fetched there and published, whether server or browser brought it', async t => {
  const iota = await startIota(t, 200, JSON.stringify({ correlationId: 'c-1', vpToken: '{"type":["VerifiablePresentation"]}', presentation_submission: '{"id":"s"}' }))
  const { register, post, told, app } = await openRegistered(t, { IOTA_URL: iota.url, IOTA_TOKEN: 'project-token' })
  const [first, second] = [(await register(given)).body.key, (await register(given, { returnUrl: 'https://app.example/done' })).body.key]
  t.equal((await post({ state: first, response_code: 'code-1' })).statusCode, 200)
  const browser = await app.inject({ method: 'GET', url: `/v1/callback/${second}?response_code=code-2`, headers: { accept: 'text/html' } })
  t.match([browser.statusCode, browser.headers.location], [303, 'https://app.example/done?response_code=code-2'])
  t.match(new Set((await told()).map(({ data }) => data)), new Set([
    { state: first, correlationId: 'c-1', responseCode: 'code-1', vpToken: '{"type":["VerifiablePresentation"]}', presentationSubmission: '{"id":"s"}', verified: false },
    { state: second, correlationId: 'c-1', responseCode: 'code-2', verified: false },
  ]))
  t.match(iota.asked[0], { path: '/ais/v1/fetch-iota-response', authorization: 'project-token', body: given })
})

void t.test('without a remote Iota a code alone is no response', async t => {
  const { register, post } = await openRegistered(t)
  const { body: { key } } = await register(given)
  t.equal((await post({ state: key, response_code: 'code-1' })).statusCode, 400)
})

void t.test('what a remote Iota says otherwise is a failure of its own', async t => {
  for (const [status, reply, code] of [
    [401, '{}', 'PROVIDER_UNAUTHORIZED'], [403, '{}', 'PROVIDER_UNAUTHORIZED'], [404, '{}', 'KEY_UNKNOWN'], [500, '{}', 'PROVIDER_AWAY'], [302, '', 'RESULT_REFUSED'], [429, '', 'PROVIDER_LIMITED'],
    [200, '{}', 'RESULT_INVALID'], [200, 'no JSON', 'RESULT_INVALID'], [200, '[]', 'RESULT_INVALID'],
  ] as const) {
    const { url } = await startIota(t, status, reply)
    await t.rejects(createFetchRemote({ url, token: undefined })({ transactionId: 't', responseCode: 'r' }, new AbortController().signal), { code }, `${status} ${reply}`)
  }
  await t.rejects(createFetchRemote({ url: 'http://127.0.0.1:1', token: undefined })({ transactionId: 't', responseCode: 'r' }, new AbortController().signal), { code: 'PROVIDER_AWAY' })
})

void t.test('how long a remote Iota wants to be left alone is said with its refusal', async t => {
  const { url } = await startIota(t, 429, '', { 'retry-after': '3' })
  await t.rejects(createFetchRemote({ url, token: undefined })({ transactionId: 't', responseCode: 'r' }, new AbortController().signal), { code: 'PROVIDER_LIMITED', retryAfter: 3000 })
})
