import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import * as fc from 'fast-check'
import { WebSocket } from 'ws'
import { callbackPath, id } from './open-face.ts'
import { text, type Claim } from './properties.ts'

/** How long an answer, or the end, may take that is due at once. */
const longest = 5_000

const json = JSON.stringify({ 'request-id': id, request_id: id })
const form = 'state=3f8d5f0e-0000-4000-8000-000000000000&vp_token=a.b.c'
const requests = [
  `GET ${callbackPath} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n`,
  `POST /v1/tokenio/callback HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`,
  `POST /v1/callback HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n${form.length.toString(16)}\r\n${form}\r\n0\r\n\r\n`,
  'GET /mqtt HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\u0082\u0080\u0000\u0000\u0000\u0000',
  'OPTIONS /v1/callback HTTP/1.1\r\nHost: x\r\nOrigin: https://a.example\r\nAccess-Control-Request-Method: POST\r\n\r\n',
].map(request => Buffer.from(request, 'latin1'))
const pieces = fc.oneof(
  fc.constantFrom('\r\n', '\n', '\r', '\u0000', ' ', '\t', ':', 'Host: y\r\n', 'Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n', 'Expect: 100-continue\r\n', 'Connection: Upgrade\r\nUpgrade: h2c\r\n', '0\r\n\r\n', 'ffffffffffffffff\r\n', 'HTTP/1.1', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n').map(piece => Buffer.from(piece)),
  fc.uint8Array({ maxLength: 20 }).map(bytes => Buffer.from(bytes)), text.map(piece => Buffer.from(piece)),
)
const damages = fc.array(fc.record({ at: fc.nat(400), length: fc.nat(6), piece: pieces }), { maxLength: 5 })

function damaged (bytes: Buffer, wounds: readonly { readonly at: number, readonly length: number, readonly piece: Buffer }[]): Buffer {
  return wounds.reduce((whole, { at, length, piece }) => Buffer.concat([whole.subarray(0, at % whole.length), piece, whole.subarray(at % whole.length + length)]), bytes)
}

/** Requests with bytes of theirs exchanged, on a bare socket: whatever comes back is HTTP and no fault of the service, and it ends. */
export function httpClaim (url: string): Claim {
  const { hostname, port } = new URL(url)
  const input = fc.record({ request: fc.constantFrom(...requests), wounds: damages, cut: fc.nat(400) })
  const property = fc.asyncProperty(input, async ({ request, wounds, cut }) => {
    const bytes = damaged(request, wounds)
    const said = await exchange(connect(Number(port), hostname), [bytes.subarray(0, cut), bytes.subarray(cut)], true)
    if (said !== '' && !/^HTTP\/1\.1 [1-4]\d\d /.test(said)) throw new Error(`answered: ${JSON.stringify(said.slice(0, 300))}`)
  })
  return { claim: 'damaged requests', property }
}

const string = (value: string | Buffer) => { const bytes = Buffer.from(value); return Buffer.concat([Buffer.from([bytes.length >> 8 & 255, bytes.length & 255]), bytes]) }

/** MQTT 3.1.1 §2.2: type and flags, the remaining length, the rest. */
export function packetOf (first: number, body: Buffer, length = body.length): Buffer {
  const digits: number[] = []
  for (let left = length; ; left = Math.floor(left / 128)) {
    digits.push(left % 128 | (left >= 128 ? 128 : 0))
    if (left < 128) return Buffer.concat([Buffer.from([first, ...digits]), body])
  }
}

const connectOf = (client: string, flags: number, rest: readonly Buffer[] = [], level = 4) => packetOf(0x10, Buffer.concat([string(level === 3 ? 'MQIsdp' : 'MQTT'), Buffer.from([level, flags, 0, 60]), string(client), ...rest]))
const topics = fc.oneof(fc.constantFrom('callbacks/v1/#', 'callbacks/v1/default/tokenio/x', '#', '+/+', '$SYS/#', '$share/g/callbacks/v1/#', 'iota/v1/#', '/', '', 'a\u0000b'), text)
const packetId = Buffer.from([0, 1])

/** Packets of every kind, most of them right, some that lie about their length. */
function packets (password: string): fc.Arbitrary<Buffer> {
  const bodies = fc.oneof(
    topics.map(topic => packetOf(0x82, Buffer.concat([packetId, string(topic), Buffer.from([1])]))), // SUBSCRIBE
    topics.map(topic => packetOf(0xa2, Buffer.concat([packetId, string(topic)]))), // UNSUBSCRIBE
    fc.tuple(topics, fc.constantFrom(0x30, 0x31, 0x32, 0x33, 0x34, 0x36, 0x3f)).map(([topic, first]) => packetOf(first, Buffer.concat([string(topic), packetId, Buffer.from('forged')]))), // PUBLISH
    fc.constantFrom(...[0x40, 0x50, 0x62, 0x70].map(first => packetOf(first, packetId)), packetOf(0xc0, Buffer.alloc(0)), packetOf(0xe0, Buffer.alloc(0)), packetOf(0x20, packetId), packetOf(0xf0, Buffer.alloc(0))),
    fc.constantFrom(connectOf('again', 2), connectOf('will', 0x26, [string('callbacks/v1/default/tokenio/x'), string('forged')]), connectOf('five', 2, [], 5), connectOf('', 0), connectOf('w', 0xc2, [string('fuzz'), string(password)])),
  )
  const lying = fc.tuple(fc.nat(255), fc.nat(300_000_000), fc.uint8Array({ maxLength: 60 })).map(([first, length, body]) => packetOf(first, Buffer.from(body), length))
  return fc.oneof({ weight: 6, arbitrary: bodies }, { weight: 1, arbitrary: lying }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map(body => Buffer.from(body)) })
}

/** What no client may do, at the embedded broker, over TCP and over WebSocket: the connection ends or stays, and nothing else happens. */
export function mqttClaim ({ mqtt, url, clientId, password }: { readonly mqtt: string, readonly url: string, readonly clientId: string, readonly password: string }): Claim {
  const { hostname, port } = new URL(mqtt)
  const begin = fc.constantFrom(connectOf('fuzz', 0xc2, [string(clientId), string(password)]), connectOf('fuzz', 2), connectOf('fuzz', 0xc2, [string(clientId), string('wrong')]), Buffer.alloc(0))
  const input = fc.record({ overWebSocket: fc.boolean(), begin, rest: fc.array(packets(password), { maxLength: 6 }), wounds: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: damages }), cut: fc.nat(400) })
  const property = fc.asyncProperty(input, async ({ overWebSocket, begin, rest, wounds, cut }) => {
    const bytes = damaged(Buffer.concat([begin, ...rest, Buffer.from([0xe0, 0])]), wounds)
    const said = overWebSocket ? await exchangeOverWebSocket(`${url.replace('http', 'ws')}/mqtt`, bytes, cut) : await exchange(connect(Number(port), hostname), [bytes.subarray(0, cut), bytes.subarray(cut)], false)
    if (said.includes('forged')) throw new Error('what a client published came back')
  })
  return { claim: 'packets of MQTT', property }
}

/** Sends the parts, says that it is all, and gives what came back. Throws when neither an answer nor the end comes in time. */
async function exchange (socket: Socket, parts: readonly Buffer[], isAnswered: boolean): Promise<string> {
  let said = ''
  socket.on('error', () => {}).on('data', data => { said += data.toString('latin1') }) // a reset is an end, too
  const closed = new Promise<void>(resolve => { socket.once('close', () => resolve()) }) // `once` of events would throw what ended it
  await Promise.race([once(socket, 'connect').catch(() => {}), closed])
  for (const part of parts) socket.write(part)
  socket.end()
  const isOver = await Promise.race([closed.then(() => true), sleep(isAnswered ? longest : 50, false)])
  socket.destroy()
  if (!isOver && isAnswered) throw new Error(`neither an answer nor an end in time: ${JSON.stringify(said.slice(0, 100))}`)
  return said
}

async function exchangeOverWebSocket (url: string, bytes: Buffer, cut: number): Promise<string> {
  const socket = new WebSocket(url, 'mqtt')
  let said = ''
  socket.on('error', () => {}).on('message', data => { said += (data as Buffer).toString('latin1') })
  const closed = new Promise<void>(resolve => { socket.once('close', () => resolve()) }) // `once` of events would throw what ended it
  await Promise.race([once(socket, 'open').catch(() => {}), closed])
  for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) if (socket.readyState === WebSocket.OPEN) socket.send(part)
  await Promise.race([closed, sleep(50)])
  socket.terminate()
  return said
}
