import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { once } from 'node:events'
import t from 'tap'
import { createConnect, type ConnectParts, type Lookup } from '../../src/outgoing/connect.ts'

const answering = (...addresses: string[]): Lookup => (_host, _options, found) => found(null, addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })))

async function attempt (lookup: Lookup | undefined, hostname: string, port: number, parts: ConnectParts = {}): Promise<{ error: Error | null, socket: Socket | null }> {
  const connect = createConnect({ lookup, ...parts })
  return new Promise(resolve => {
    connect({ hostname, port: String(port), protocol: 'http:', host: hostname }, (error, socket) => resolve({ error, socket }))
  })
}

void t.test('a name whose addresses are not all public is refused, and nobody is connected to', async t => {
  const server = createServer(socket => { t.fail('connected'); socket.destroy() })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  for (const addresses of [['127.0.0.1'], ['8.8.8.8', '127.0.0.1'], ['::1'], ['::ffff:127.0.0.1'], []]) {
    t.match(await attempt(answering(...addresses), 'rebound.example', port), { error: { code: 'ADDRESS_REFUSED' }, socket: null }, addresses.join())
  }
  t.match(await attempt(undefined, 'localhost', port), { error: { code: 'ADDRESS_REFUSED' } }, 'as the system resolves it')
})

void t.test('a connection that ended up at a closed address all the same is cut', async t => {
  const closed: Promise<unknown>[] = []
  const server = createServer(socket => { closed.push(once(socket, 'close')); socket.resume() })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  t.match(await attempt(undefined, '127.0.0.1', port), { error: { code: 'ADDRESS_REFUSED' }, socket: null }, 'an address is not looked up')
  await Promise.all(closed)
})

void t.test('a name that cannot be resolved is an error', async t => {
  t.match(await attempt((_host, _options, found) => found(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []), 'nothing.example', 443), { error: { code: 'ENOTFOUND' }, socket: null })
})

void t.test('a name whose addresses are all allowed is connected to', async t => {
  const server = createServer(socket => { socket.resume() })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const asked: string[] = []
  const allows = (address: string) => asked.push(address) > 0
  for (const addresses of [['127.0.0.1'], ['127.0.0.1', '127.0.0.1']]) {
    const { error, socket } = await attempt(answering(...addresses), 'fine.example', port, { allows })
    t.equal(error, null)
    t.equal(socket?.remotePort, port)
    socket?.destroy()
  }
  t.strictSame(asked, Array(5).fill('127.0.0.1'), 'each as resolved, and the one as connected')
})
