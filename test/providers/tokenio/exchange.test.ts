import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { Pool } from 'undici'
import { exchange, type ExchangeParts } from '../../../src/providers/tokenio/exchange.ts'

async function open (t: Test, answer: RequestListener): Promise<(parts?: Partial<ExchangeParts>) => ReturnType<typeof exchange>> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const dispatcher = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 1 })
  t.teardown(async () => { await dispatcher.destroy(); server.closeAllConnections(); server.close() })
  return parts => exchange({ dispatcher, request: { method: 'GET', path: '/', headers: { accept: 'application/json' } }, signal: new AbortController().signal, wait: 10_000, mostBytes: 1000, ...parts })
}

void t.test('a reply comes whole, whatever parts it came in', async t => {
  const ask = await open(t, (_, reply) => {
    reply.writeEarlyHints({ link: '</x>; rel=preload' })
    reply.writeHead(201, { 'X-One': '1' }).write(Buffer.from('☃').subarray(0, 1))
    setTimeout(() => reply.end(Buffer.from('☃').subarray(1)), 20)
  })
  const { status, headers, text } = await ask()
  t.match({ status, headers, text }, { status: 201, headers: { 'x-one': '1' }, text: '☃' })
})

void t.test('an empty reply has an empty text', async t => {
  const ask = await open(t, (_, reply) => reply.writeHead(204).end())
  t.match(await ask(), { status: 204, text: '' })
})

void t.test('a body that is too large is not read to its end, and the connection is not used again', async t => {
  let connections = 0
  const ask = await open(t, ({ socket }, reply) => {
    connections++
    reply.writeHead(200, { 'x-one': '1' })
    const timer = setInterval(() => reply.write('x'.repeat(600)), 1)
    socket.on('close', () => clearInterval(timer))
  })
  t.match(await ask(), { status: 200, headers: { 'x-one': '1' }, text: undefined })
  t.equal((await ask()).text, undefined)
  t.equal(connections, 2)
})

void t.test('it ends when its time is over or it is called off, before it has a connection and after', async t => {
  const ask = await open(t, () => {})
  await t.rejects(ask({ signal: AbortSignal.abort() }), { name: 'AbortError' })
  await t.rejects(ask({ wait: 30 }), { name: 'TimeoutError' })
  const caller = new AbortController()
  const asked = [ask({ signal: caller.signal }), ask({ signal: caller.signal })] // the second waits for the one connection
  setTimeout(() => caller.abort(), 30)
  for (const one of asked) await t.rejects(one, { name: 'AbortError' })
})

void t.test('a connection that breaks, or a request that cannot be made, is an error', async t => {
  const ask = await open(t, ({ socket }, reply) => { reply.writeHead(200, { 'content-length': '10' }).write('x'); setTimeout(() => socket.destroy(), 10) })
  await t.rejects(ask(), { code: 'UND_ERR_SOCKET' })
  await t.rejects(ask({ request: { method: 'GET', path: 'no path' } }), { code: 'UND_ERR_INVALID_ARG' })
})
