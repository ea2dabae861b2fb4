import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { request } from 'undici'
import { startHaproxy, withoutHaproxy } from '../haproxy.ts'
import { startProcess } from '../process.ts'
import { startTokenio } from '../tokenio-server.ts'

const path = '/v1/tokenio/callback'
const victim = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
const smuggled = 'rq:SMUGGLEDSMUGGLEDSMUGGLED:5zKtXEAq'
const queryOf = (id: string) => `request-id=${id}&request_id=${id}`
const bodyOf = (id: string) => JSON.stringify({ 'request-id': id, request_id: id })
const hidden = `GET ${path}?${queryOf(smuggled)} HTTP/1.1\r\nHost: x\r\n\r\n`
const begin = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`
const outer = bodyOf(victim)
const chunk = (text: string, more = '') => `${Buffer.byteLength(text).toString(16)}${more}\r\n${text}\r\n`
const chunked = `${chunk(outer)}0\r\n\r\n`
/** Length and chunks disagree on where the request ends: what is left over is the hidden one. */
const both = (coding: string) => `${begin}Content-Length: ${chunked.length}\r\n${coding}\r\n\r\n${chunked}${hidden}`
const teCl = (coding: string) => `${begin}Content-Length: 4\r\n${coding}\r\n\r\n${chunk(hidden)}0\r\n\r\n`

const codings = [
  'Transfer-Encoding: chunked', 'Transfer-Encoding : chunked', 'Transfer-Encoding:\tchunked', 'Transfer-Encoding: xchunked', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
  'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked', 'Transfer-Encoding: chunked, identity', 'Transfer-Encoding: gzip, chunked', 'Transfer-Encoding:\r\n chunked', 'Transfer-Encoding: \u000bchunked',
  'Transfer-Encoding: "chunked"', 'Transfer-Encoding: CHUNKED', 'Transfer_Encoding: chunked', ' Transfer-Encoding: chunked', 'X: a\nTransfer-Encoding: chunked', 'X: a\rTransfer-Encoding: chunked',
  'Transfer-Encoding\u0000: chunked', 'Transfer-Encoding: chunked\u0000', 'Transfer-Encoding;: chunked', 'Transfer-Encoding: chun\u00adked', 'Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked',
]

const attacks: readonly (readonly [claim: string, bytes: string])[] = [
  ...codings.flatMap(coding => [[`a length before ${coding}`, both(coding)], [`chunks before a length, ${coding}`, teCl(coding)], [`no length, ${coding}`, `${begin}${coding}\r\n\r\n${chunk(hidden)}0\r\n\r\n`]] as const),
  ...[['Content-Length: 0', `Content-Length: ${hidden.length}`], [`Content-Length: ${hidden.length}`, 'Content-Length: 0'], [`Content-Length: 0, ${hidden.length}`], [`Content-Length: +${hidden.length}`], ['Content-Length: -1'], ['Content-Length: 0x10'],
    ['Content-Length: 1e1'], [`Content-Length: ${hidden.length} 0`], [`Content-Length:\r\n ${hidden.length}`], [`Content-Length : ${hidden.length}`], [`Content_Length: ${hidden.length}`], ['Content-Length: 18446744073709551616'], ['Content-Length: '], [`X: a\nContent-Length: ${hidden.length}`],
  ].map(lengths => [lengths.join(' and '), `${begin}${lengths.join('\r\n')}\r\n\r\n${hidden}`] as const),
  ...[
    ['an extension with a line feed', `${outer.length.toString(16)};x=\n${outer}\r\n0\r\n\r\n`], ['a chunk that ends in a bare line feed', `${outer.length.toString(16)}\n${outer}\n0\n\n`], ['a chunk size with a sign', `+${chunk(hidden)}0\r\n\r\n`],
    ['a chunk size in hexadecimal notation', `0x${chunk(hidden)}0\r\n\r\n`], ['a chunk size that overflows', `10000000000000000${chunk(hidden)}0\r\n\r\n`], ['an extension', `${chunk(outer, ';a="b"')}0\r\n\r\n`],
    ['trailers that are headers', `${chunk(outer)}0\r\nContent-Length: ${hidden.length}\r\nTransfer-Encoding: chunked\r\n\r\n`], ['a trailer without an end', `${chunk(outer)}0\r\nX: `], ['bytes beyond the chunk', `1\r\n${outer}\r\n0\r\n\r\n`], ['a last chunk of many zeros', `${chunk(outer)}0000000000000000000000\r\n\r\n`],
  ].map(([claim, body]) => [`chunks: ${claim}`, `${begin}Transfer-Encoding: chunked\r\n\r\n${body}${hidden}`] as const),
  ['a body of a GET', `GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
  ['chunks of a GET', `GET /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(hidden)}0\r\n\r\n`],
  ['a body of a HEAD', `HEAD /livez HTTP/1.1\r\nHost: x\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
  ['HTTP/1.0 that stays, with chunks', `POST ${path} HTTP/1.0\r\nConnection: keep-alive\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(hidden)}0\r\n\r\n`],
  ['HTTP/1.0 that stays, with both', `POST ${path} HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${chunk(hidden)}0\r\n\r\n`],
  ['HTTP/0.9', `GET ${path}?${queryOf(smuggled)}\r\n\r\n`],
  ['an upgrade', `GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
  ['a WebSocket that is none', `GET /mqtt HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 777\r\nSec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n${hidden}`],
  ['an expectation', `${begin}Expect: 100-continue\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
  ['an expectation of another kind', `${begin}Expect: y 100-continue\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
  ['an absolute form', `POST http://x${path} HTTP/1.1\r\nHost: y\r\nContent-Type: application/json\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
  ['a request within the target', `GET /livez\u0020HTTP/1.1\r\nHost:\u0020x\r\n\r\nGET ${path}?${queryOf(smuggled)} HTTP/1.1\r\n\r\n`.replace('\r\n\r\n', '%0d%0a%0d%0a')],
  ['bare carriage returns', `GET /livez HTTP/1.1\rHost: x\r\r${hidden}`],
  ['bare line feeds', `POST ${path} HTTP/1.1\nHost: x\nContent-Type: application/json\nContent-Length: ${hidden.length}\n\n${hidden}`],
  ['a header that ends in two carriage returns', `${begin}Content-Length: ${hidden.length}\r\r\n\r\n${hidden}`],
  ['a folded header', `${begin}X: a\r\n Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
  ['CONNECT', `CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n${hidden}`],
]

void t.test('through HAProxy as it is shipped no request hides within another, and everybody gets the answer to their own', { skip: withoutHaproxy, timeout: 120_000 }, async t => {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  const service = await startProcess(t, { SANDBOX: 'false', TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k' })
  // what it sees as a request of its own, it refuses: whatever gets past it was hidden from it
  const haproxy = await startHaproxy({ replicas: [Number(new URL(service.url).port)], rules: ['http-request deny deny_status 403 if { url -m sub SMUGGLED }'] })
  t.teardown(haproxy.stop)
  const port = Number(new URL(haproxy.url).port)
  const status = async (url: string) => { const reply = await request(url); await reply.body.dump(); return reply.statusCode }
  for (let turn = 0; await status(`${haproxy.url}/readyz`) !== 200 && turn < 500; turn++) await sleep(20)
  const isThere = async (key: string) => (await (await fetch(`${service.ops}/v1/entries?key=${key}`)).json() as { readonly entries: readonly unknown[] }).entries.length > 0

  t.equal(await status(`${haproxy.url}${path}?${queryOf(smuggled)}`), 403)
  for (const [claim, bytes] of attacks) {
    const replies = await send(port, bytes)
    t.notOk(await isThere(smuggled), `${claim}: ${replies.slice(0, 200)}`)
    const mine = await request(`${haproxy.url}${path}?${queryOf(victim)}`)
    t.match([mine.statusCode, await mine.body.json()], [200, { callbackId: String }], `after ${claim}, another gets its own answer`)
  }

  t.equal(await status(`${service.url}${path}?${queryOf(smuggled)}`), 200)
  t.ok(await isThere(smuggled), 'it would have been seen')
})

/** What comes back until nothing does for a while. */
async function send (port: number, bytes: string): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1')
  let said = ''
  socket.on('error', () => {}) // a reset is an answer, too
  socket.on('data', data => { said += data.toString('latin1') })
  const closed = new Promise<void>(resolve => { socket.once('close', () => resolve()) })
  socket.write(Buffer.from(bytes, 'latin1'))
  await Promise.race([closed, sleep(150)])
  socket.destroy()
  return said
}
