import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Agent, request } from 'undici'
import { startHaproxy, withoutHaproxy } from '../haproxy.ts'
import { freePort, startMosquitto, withoutMosquitto } from '../mosquitto.ts'
import { startPostgres, withoutPostgres } from '../postgres.ts'
import { directoryFor, startProcess, type Running } from '../process.ts'
import { subscribe } from '../subscriber.ts'
import { startTokenio } from '../tokenio-server.ts'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

void t.test('behind HAProxy on PostgreSQL, whatever is killed or leaves: nothing acknowledged is lost', { skip: withoutHaproxy || withoutPostgres || withoutMosquitto, timeout: 120_000 }, async t => {
  const [tokenio, mosquitto, postgres] = await Promise.all([startTokenio(), startMosquitto(), startPostgres()])
  t.teardown(() => Promise.all([tokenio.close(), mosquitto.stop(), postgres.stop()]))
  const ports = await Promise.all(Array.from({ length: 4 }, () => freePort()))
  const haproxy = await startHaproxy({ replicas: ports })
  t.teardown(haproxy.stop)
  const [url, directory] = [await postgres.fresh(), directoryFor(t)]
  const start = (port: number | undefined): Promise<Running> => startProcess(t, {
    directory, PORT: String(port), JOURNAL_URL: url, MQTT_URL: mosquitto.url, TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k', RATE_LIMIT_PER_MINUTE: '1000000', LOG_LEVEL: 'info',
  })
  const [leaving, killed, staying] = await Promise.all(ports.slice(0, 3).map(start)) as [Running, Running, Running]
  const subscriber = await subscribe(t, mosquitto.url, { protocolVersion: 5, reconnectPeriod: 100 })

  for (let turn = 0; (await request(`${haproxy.url}/readyz`)).statusCode !== 200 && turn < 500; turn++) await sleep(20) // it has yet to see them

  const acknowledged = new Set<string>()
  const refused: { readonly phase: string, readonly status: number | string }[] = []
  const state = { phase: 'quiet', loading: true, next: 0 }
  const agent = new Agent({ connections: 16, pipelining: 0 }) // a connection for each request, as browsers come
  t.teardown(() => agent.destroy())
  const loads = Array.from({ length: 16 }, async () => {
    while (state.loading) {
      const number = state.next++
      const id = `rq:${Array.from({ length: 24 }, (_, i) => alphabet[Math.floor(number / 58 ** i) % 58]).join('')}:5zKtXEAq`
      const { phase } = state
      const status = await request(`${haproxy.url}/v1/tokenio/callback?${new URLSearchParams({ 'request-id': id, request_id: id }).toString()}`, { dispatcher: agent, headers: { accept: 'application/json' } })
        .then(async reply => { await reply.body.dump(); return reply.statusCode }).catch((thrown: { code?: string }) => thrown.code ?? 'failed')
      if (status === 200) acknowledged.add(id)
      else refused.push({ phase, status })
      await sleep(status === 200 ? 10 : 30)
    }
  })
  const during = async (phase: string, act: () => Promise<unknown>): Promise<void> => {
    state.phase = phase
    const [before, since] = [acknowledged.size, Date.now()]
    await act()
    for (let turn = 0; acknowledged.size < before + 100 && turn < 1000; turn++) await sleep(10) // and for as long as it takes to go on
    t.comment(`${phase} (${Date.now() - since} ms): ${acknowledged.size - before} acknowledged, ${refused.filter(one => one.phase === phase).length} refused`)
  }
  const refusedIn = (phase: string) => refused.filter(one => one.phase === phase)

  await during('warming up', () => sleep(0)) // cold replicas may answer HAProxy's first looks too late
  await during('quiet', () => sleep(500))
  t.same(refusedIn('quiet'), [])
  await during('a replica leaves', async () => { t.equal(await leaving.stop('SIGTERM'), 0) })
  t.same(refusedIn('a replica leaves'), [], 'nobody notices that a replica leaves')
  await during('a replica is added', () => start(ports[3]))
  t.same(refusedIn('a replica is added'), [])
  await during('a replica is killed', async () => { await killed.stop('SIGKILL'); await sleep(1000) })
  t.ok(refusedIn('a replica is killed').length <= 16, 'at most what was in flight on it')
  await during('PostgreSQL is killed', async () => { await postgres.kill(); await sleep(300); await postgres.restart() })
  t.same([...new Set(refusedIn('PostgreSQL is killed').map(({ status }) => status))].filter(status => status !== 503), [], 'what cannot be kept is refused as such')
  await during('Mosquitto is killed', async () => {
    const since = new Date(Date.now() - 10_000).toISOString()
    await mosquitto.kill()
    await sleep(300)
    await mosquitto.restart()
    while (!subscriber.client.connected) await sleep(20)
    await sleep(300) // it subscribes again by itself
    // what the broker had acknowledged and lost with its memory
    const redriven = await fetch(`${staying.ops}/v1/entries/redrive`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ delivered: true, since, until: new Date().toISOString() }),
    })
    t.equal(redriven.status, 200)
  })
  t.same(refusedIn('Mosquitto is killed'), [], 'callbacks are taken without a broker')

  state.loading = false
  await Promise.all(loads)
  const missing = () => {
    const seen = new Set(subscriber.received.filter(({ event }) => event.type === 'callbacks.tokenio.completed.v1').map(({ event }) => event.subject))
    return [...acknowledged].filter(id => !seen.has(id))
  }
  for (let turn = 0; missing().length > 0 && turn < 250; turn++) await sleep(100) // the claims of the killed end after 10 s
  t.comment(`${acknowledged.size} acknowledged, ${missing().length} lost, ${refused.length} refused, ${subscriber.received.length} events`)
  t.same(missing(), [], 'each callback that was answered has its event')
  t.ok(acknowledged.size > 500)
})
