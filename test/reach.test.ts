import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Failure } from '../src/domain/failure.ts'
import type { Health } from '../src/providers/provider.ts'
import { addressesOf, probeOf, startReach } from '../src/reach.ts'
import { until } from './publisher/until.ts'

const known = [{ name: 'toy', settings: { TOY_URL: { type: 'string', url: ['http:'] }, TOY_PACE: { type: 'integer' } } }]

async function open () {
  const server = createServer(socket => socket.resume()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

void t.test('a provider that nobody calls is seen to be away, and to be back', async t => {
  const { server, url } = await open()
  const asked: string[] = []
  const config = { providers: { toy: { TOY_URL: url, TOY_PACE: 5 } } }
  const reach = startReach({ config, known, every: 10, providers: [{ name: 'toy', health: () => ({ status: 'ok' }), fetchResult: async ({ key }) => { asked.push(key); return { status: 'DONE', data: {} } } }] })
  t.teardown(reach.close)
  const health = () => reach.providers[0]!.health()
  await sleep(50)
  t.strictSame(health(), { status: 'ok' })
  await new Promise(resolve => server.close(resolve))
  await until(() => health().status === 'degraded')
  t.match(health(), { status: 'degraded', reason: /^it cannot be reached \(ECONN(?:REFUSED|RESET)\)$/ })
  const again = createServer(socket => socket.resume()).listen(Number(new URL(url).port), '127.0.0.1')
  t.teardown(() => again.close())
  await until(() => health().status === 'ok')
  t.strictSame(asked, [], 'a knock is no call')
})

void t.test('a trouble of its own clears by a real call, for a key that nobody has', async t => {
  const { server, url } = await open()
  t.teardown(() => server.close())
  let own: Health = { status: 'degraded', reason: 'it refuses our credentials' }
  let calls = 0
  const reach = startReach({
    config: { providers: { toy: { TOY_URL: url } } }, known, every: 10, providers: [{
      name: 'toy', health: () => own,
      async fetchResult ({ key }) {
        t.match(key, /^doctor-/)
        if (++calls < 3) throw new Failure('PROVIDER_UNAUTHORIZED')
        own = { status: 'ok' }
        throw new Failure('KEY_UNKNOWN')
      },
    }],
  })
  t.teardown(reach.close)
  t.match(reach.providers[0]!.health(), { status: 'degraded', reason: 'it refuses our credentials' })
  await until(() => reach.providers[0]!.health().status === 'ok')
  t.equal(calls, 3)
})

void t.test('a provider without an address, such as a simulated one, is left alone', async t => {
  t.strictSame(addressesOf('toy', { providers: { toy: { TOY_PACE: 5 } } }, known), [])
  t.strictSame(addressesOf('other', { providers: {} }, known), [])
  const reach = startReach({ config: { providers: {} }, known, every: 5, providers: [{ name: 'toy', health: () => ({ status: 'degraded', reason: 'as it says' }), fetchResult: async () => { throw new Error('asked') } }] })
  await sleep(50)
  t.match(reach.providers[0]!.health(), { status: 'degraded', reason: 'as it says' })
  await reach.close()
  t.match(probeOf('toy').traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
})
