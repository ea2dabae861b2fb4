import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startPostgres, withoutPostgres } from '../postgres.ts'
import { startProcess } from '../process.ts'
import { subscribe } from '../subscriber.ts'
import { startTokenio } from '../tokenio-server.ts'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

void t.test('PostgreSQL away: nothing is answered 2xx that is not kept, readiness says why, and all goes on by itself once it is back', { skip: withoutPostgres }, async t => {
  const [tokenio, postgres] = await Promise.all([startTokenio(), startPostgres()])
  t.teardown(() => Promise.all([tokenio.close(), postgres.stop()]))
  const service = await startProcess(t, { JOURNAL_URL: await postgres.fresh(), TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k' })
  const subscriber = await subscribe(t, service.mqtt)
  const acknowledged = new Set<string>()
  let sent = 0
  async function send (accept = 'application/json'): Promise<Response> {
    const id = `rq:3SVzgJtzu2DvaZSgRGznpdknT3d${alphabet[sent++]}:5zKtXEAq`
    const reply = await fetch(`${service.url}/v1/tokenio/callback?request-id=${id}&request_id=${id}`, { headers: { accept } })
    if (reply.status === 200) acknowledged.add(id)
    return reply
  }
  t.equal((await send()).status, 200)

  await postgres.kill()
  const refused = await send()
  t.equal(refused.status, 503)
  t.ok(Number(refused.headers.get('retry-after')) > 0)
  t.match(await refused.json(), { name: 'ServiceUnavailableError', httpStatusCode: 503 })
  const page = await send('text/html')
  t.match([page.status, page.headers.get('content-type')], [503, /^text\/html/])
  t.match(await page.text(), /<!doctype html>/i)
  const red = await fetch(`${service.url}/readyz`)
  t.match([red.status, await red.json()], [503, { status: 'failing', checks: { journal: { status: 'failing', reason: /database cannot be reached/ } } }])

  await postgres.restart()
  let again = await send()
  for (let turn = 0; again.status !== 200 && turn < 30; turn++) {
    await sleep(200)
    again = await send()
  }
  t.equal(again.status, 200, 'without a restart')
  let green = await fetch(`${service.url}/readyz`)
  for (let turn = 0; green.status !== 200 && turn < 100; turn++) {
    await sleep(100)
    green = await fetch(`${service.url}/readyz`)
  }
  t.match([green.status, await green.json()], [200, { status: 'ok' }])
  await subscriber.until(all => [...acknowledged].every(id => all.some(({ event }) => event.subject === id)), 30_000) // a claim that was under way ends after 10 s
  t.ok(acknowledged.size >= 2)
})
