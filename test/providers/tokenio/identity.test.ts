import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import t from 'tap'
import { identityFaults } from '../../../src/providers/tokenio/identity.ts'
import { openTokenio, id, traceparent } from './open.ts'

const callback = { provider: 'tokenio', key: id, channel: 'front', parameters: {}, traceparent, receivedAt: 0 } as never

void t.test('Token.io is believed by its own authority, and is shown our certificate where it asks for one', async t => {
  const directory = t.testdir({})
  const make = (name: string) => {
    execFileSync('openssl', `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${name}.key -out ${name}.pem -subj /CN=${name} -addext subjectAltName=IP:127.0.0.1 -days 2`.split(' '), { cwd: directory, stdio: 'ignore' })
    return { key: join(directory, `${name}.key`), cert: join(directory, `${name}.pem`) }
  }
  const [theirs, ours] = [make('theirs'), make('ours')]
  const server = createServer({ key: readFileSync(theirs.key), cert: readFileSync(theirs.cert), ca: readFileSync(ours.cert), requestCert: true, rejectUnauthorized: false }, (request, response) => {
    response.writeHead((request.socket as TLSSocket).authorized ? 200 : 401, { 'content-type': 'application/json' }).end(JSON.stringify({ status: 'PROCESSED', tokenId: 'ta:token', signature: {} }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => { server.closeAllConnections(); server.close() })
  const fetchWith = async (given: object) => {
    const provider = openTokenio({ TOKENIO_URL: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, TOKENIO_API_KEY: 'k', ...given })
    try { return await provider.fetchResult(callback, AbortSignal.timeout(10_000)) } finally { await provider.close() }
  }
  const mutual = { TOKENIO_CA_FILE: theirs.cert, TOKENIO_CERT_FILE: ours.cert, TOKENIO_KEY_FILE: ours.key }
  t.ok(await fetchWith(mutual))
  await t.rejects(fetchWith({ TOKENIO_CA_FILE: theirs.cert }), { code: 'PROVIDER_UNAUTHORIZED' }, 'without our certificate')
  await t.rejects(fetchWith({}), { code: 'PROVIDER_AWAY' }, 'of an authority that nobody named')

  t.strictSame(identityFaults({}), [])
  t.strictSame(identityFaults(mutual), [])
  writeFileSync(join(directory, 'none.pem'), 'secret')
  for (const [claim, given] of Object.entries({ 'no key': { TOKENIO_CERT_FILE: ours.cert }, 'no certificate': { TOKENIO_KEY_FILE: ours.key }, 'no such file': { TOKENIO_CA_FILE: '/nowhere' }, "another's key": { ...mutual, TOKENIO_KEY_FILE: theirs.key }, 'no PEM': { ...mutual, TOKENIO_KEY_FILE: join(directory, 'none.pem') } })) {
    const faults = identityFaults(given)
    t.equal(faults.length, 1, claim)
    t.notMatch(faults.join(''), 'secret', claim)
  }
})
