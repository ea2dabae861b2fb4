import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect, createServer, type SecureVersion } from 'node:tls'
import mqtt from 'mqtt'
import t, { type Test } from 'tap'
import { Agent, request } from 'undici'
import { createConnect } from '../../src/outgoing/connect.ts'
import { addressesOf } from '../../src/publisher/address.ts'
import { openTokenio, id, traceparent } from '../providers/tokenio/open.ts'

const connack = Buffer.from([0x20, 2, 0, 0])
const body = JSON.stringify({ status: 'PROCESSED', tokenId: 'ta:token', signature: {} })
const result = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

/** Speaks TLS of one version only, HTTP or MQTT: whatever it hears, it answers a result, or a CONNACK. */
async function open (t: Test, version: SecureVersion) {
  const directory = t.testdir({})
  execFileSync('openssl', 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1,DNS:localhost -days 2'.split(' '), { cwd: directory, stdio: 'ignore' })
  const file = join(directory, 'cert.pem')
  const ca = readFileSync(file)
  const server = createServer({ key: readFileSync(join(directory, 'key.pem')), cert: ca, minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }, socket => {
    socket.on('error', () => {})
    socket.once('data', chunk => {
      if (chunk[0] === 0x10) socket.write(connack)
      else socket.end(result)
    })
  })
  server.on('tlsClientError', () => {})
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => server.close())
  return { port: (server.address() as AddressInfo).port, ca, file }
}

const clients: { readonly [name: string]: (server: Awaited<ReturnType<typeof open>>) => Promise<unknown> } = {
  async 'Token.io' ({ port, file }) {
    const provider = openTokenio({ TOKENIO_URL: `https://127.0.0.1:${port}`, TOKENIO_API_KEY: 'k', TOKENIO_CA_FILE: file })
    try {
      return await provider.fetchResult({ provider: 'tokenio', key: id, channel: 'front', parameters: {}, traceparent, receivedAt: 0 } as never, AbortSignal.timeout(10_000))
    } finally { await provider.close() }
  },
  async 'the broker' ({ port, ca }) {
    const [address] = addressesOf({ urls: [`mqtts://127.0.0.1:${port}`], ca })
    const client = await mqtt.connectAsync(address?.target as string, { ...address?.options, protocolVersion: 4, reconnectPeriod: 0 }, false)
    await client.endAsync(true)
  },
}

void t.test('whoever speaks nothing better than TLS 1.1 is not spoken to', async t => {
  const [old, current] = await Promise.all([open(t, 'TLSv1.1'), open(t, 'TLSv1.2')])
  const lenient = connect({ port: old.port, host: '127.0.0.1', ca: old.ca, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' })
  await once(lenient, 'secureConnect')
  t.equal(lenient.getProtocol(), 'TLSv1.1', 'who asks for no more gets that')
  lenient.destroy()
  for (const [name, ask] of Object.entries(clients)) {
    await t.resolves(ask(current), `${name}, TLS 1.2`)
    await t.rejects(ask(old), `${name}, TLS 1.1`)
  }
})

void t.test('a stranger whose certificate nobody vouches for is not spoken to', async t => {
  const { port } = await open(t, 'TLSv1.3')
  const agent = new Agent({ connect: createConnect({ allows: () => true }) })
  t.teardown(() => agent.destroy())
  await t.rejects(request(`https://localhost:${port}/`, { dispatcher: agent }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
})
