import t from 'tap'
import { startProcess } from '../process.ts'
import { subscribe } from '../subscriber.ts'
import { processed, startTokenio, type TokenioAsk } from '../tokenio-server.ts'

const takes = 400
const callbacks = 400

/** How many of the asks were under way at once, at most. */
function mostAtOnce (asks: readonly TokenioAsk[]): number {
  return Math.max(...asks.map(({ at }) => asks.filter(other => other.at >= at && other.at < at + takes).length))
}

void t.test('a provider whose answers take long is asked for more results at once than one that is near', { timeout: 120_000 }, async t => {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  tokenio.otherwise({ ...processed(), delay: takes })
  const { url, mqtt } = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'key' })
  const subscriber = await subscribe(t, mqtt)
  const keys = Array.from({ length: callbacks }, (_, i) => `rq:3SVzgJtzu2DvaZSgRGznp${String(i + 1).padStart(4, '0').replaceAll('0', 'z')}:5zKtXEAq`)
  const statuses = await Promise.all(keys.map(async key => (await fetch(`${url}/v1/tokenio/callback?request-id=${key}&request_id=${key}`)).status))
  t.ok(statuses.every(status => status === 200))
  await subscriber.count(callbacks, 60_000)
  t.strictSame(new Set(subscriber.received.map(({ event: { subject } }) => subject)), new Set(keys))
  const most = mostAtOnce(tokenio.asks)
  t.ok(most > 48, `${most} at once`)
})
