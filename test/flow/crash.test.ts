import t from 'tap'
import { directoryFor, startProcess } from '../process.ts'
import { subscribe } from '../subscriber.ts'
import { startTokenio } from '../tokenio-server.ts'
import { startMosquitto, withoutMosquitto } from '../mosquitto.ts'

const id = 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'
const query = `request-id=${id}&request_id=${id}`
const until = async (isSo: () => boolean) => { while (!isSo()) await new Promise(resolve => setTimeout(resolve, 5)) }

void t.test('killed right after the answer, before the result is fetched: the event arrives after the restart', async t => {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  tokenio.otherwise({ fault: 'hang' })
  const environment = { directory: directoryFor(t), TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k' }
  const first = await startProcess(t, environment)
  t.equal((await fetch(`${first.url}/v1/tokenio/callback?${query}`)).status, 200)
  await first.stop('SIGKILL')
  tokenio.otherwise({ body: { status: 'PROCESSED' } })
  const second = await startProcess(t, environment)
  const subscriber = await subscribe(t, second.mqtt)
  t.match((await subscriber.count(1))[0]?.event, { type: 'callbacks.tokenio.completed.v1', subject: id })
})

void t.test('killed after the result is recorded and before it is published: the same event, with the same id', { skip: withoutMosquitto }, async t => {
  const mosquitto = await startMosquitto()
  t.teardown(mosquitto.stop)
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  const environment = { directory: directoryFor(t), TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k', MQTT_URL: mosquitto.url }
  await mosquitto.kill()
  const first = await startProcess(t, environment)
  t.equal((await fetch(`${first.url}/v1/tokenio/callback?${query}`)).status, 200)
  await until(() => first.lines.some(({ msg }) => msg === 'result recorded'))
  const ready = await fetch(`${first.url}/readyz`)
  t.match([ready.status, await ready.json()], [200, { status: 'ok', checks: { broker: { status: 'degraded', reason: String } } }])
  const recorded = first.lines.find(({ msg }) => msg === 'result recorded') as { events: { id: string }[] } | undefined
  await first.stop('SIGKILL')
  await mosquitto.restart()
  const subscriber = await subscribe(t, mosquitto.url, { protocolVersion: 5 })
  tokenio.otherwise({ fault: 'hang' })
  await startProcess(t, environment)
  t.equal((await subscriber.count(1, 20_000))[0]?.event.id, recorded?.events[0]?.id)
})

void t.test('killed after the embedded broker acknowledged: whoever subscribes after the restart finds the event, with the same id', async t => {
  const environment = { directory: directoryFor(t) }
  const first = await startProcess(t, environment)
  const before = await subscribe(t, first.mqtt)
  t.equal((await fetch(`${first.url}/v1/tokenio/callback?${query}`)).status, 200)
  const [seen] = await before.count(1)
  await until(() => first.lines.some(({ msg }) => msg === 'event published'))
  await first.stop('SIGKILL')
  const second = await startProcess(t, environment)
  const after = await subscribe(t, second.mqtt)
  t.equal((await after.count(1))[0]?.event.id, seen?.event.id)
})

void t.test('the broker away at the start: callbacks are taken, results fetched, and events go out once it is there', { skip: withoutMosquitto }, async t => {
  const mosquitto = await startMosquitto()
  t.teardown(mosquitto.stop)
  await mosquitto.kill()
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  const { url } = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k', MQTT_URL: mosquitto.url })
  t.equal((await fetch(`${url}/readyz`)).status, 200)
  t.equal((await fetch(`${url}/v1/tokenio/callback?${query}`)).status, 200)
  await until(() => tokenio.asked(id) === 1)
  await mosquitto.restart()
  const subscriber = await subscribe(t, mosquitto.url, { protocolVersion: 5 })
  await subscriber.count(1, 20_000)
})
