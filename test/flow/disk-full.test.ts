import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import t from 'tap'
import { failures } from '../../src/domain/failure.ts'
import { startProcess } from '../process.ts'
import { subscribe } from '../subscriber.ts'
import { startTokenio } from '../tokenio-server.ts'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const idOf = (n: number) => `rq:3SVzgJtzu2DvaZSgRGznpdknT3${alphabet[Math.floor(n / 58)]}${alphabet[n % 58]}:5zKtXEAq`

void t.test('a full disk: nothing is answered 2xx that is not kept, readiness says why, and all goes on once there is room', { skip: !existsSync('/usr/bin/prlimit') && 'no prlimit' }, async t => {
  const tokenio = await startTokenio()
  t.teardown(tokenio.close)
  // a limit on the size of files is met as a full disk is; a process that handles SIGXFSZ sees the failed write
  const NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import=data:text/javascript,process.on('SIGXFSZ',()=>{})`
  const service = await startProcess(t, { TOKENIO_URL: tokenio.url, TOKENIO_API_KEY: 'k', RATE_LIMIT_PER_MINUTE: '1000000', NODE_OPTIONS })
  const subscriber = await subscribe(t, service.mqtt)
  const limit = (size: string) => execFileSync('prlimit', ['--pid', String(service.child.pid), `--fsize=${size}:`])
  let sent = 0
  const send = (accept = 'application/json') => {
    const id = idOf(sent++)
    return fetch(`${service.url}/v1/tokenio/callback?request-id=${id}&request_id=${id}&message=${'x'.repeat(400)}`, { headers: { accept } })
  }
  const isBusy = async (reply: Response) => reply.status === 503 && (await reply.clone().text()).includes(failures.OVERLOADED.message) // on a slow machine

  limit('300000')
  let kept = 0
  let refused = await send()
  while (sent < 3000 && (refused.status === 200 || await isBusy(refused))) {
    if (refused.status === 200) kept++
    refused = await send()
  }
  t.equal(refused.status, 503)
  t.ok(Number(refused.headers.get('retry-after')) > 0)
  t.match(await refused.json(), { name: 'ServiceUnavailableError', httpStatusCode: 503 })
  const page = await send('text/html')
  t.match([page.status, page.headers.get('content-type')], [503, /^text\/html/])
  t.match(await page.text(), /<!doctype html>/i)
  const red = await fetch(`${service.url}/readyz`)
  t.match([red.status, await red.json()], [503, { status: 'failing', checks: { journal: { status: 'failing', reason: /disk|written/ } } }])

  limit('unlimited')
  t.equal((await send()).status, 200, 'without a restart')
  kept++
  const green = await fetch(`${service.url}/readyz`)
  t.match([green.status, await green.json()], [200, { status: 'ok' }])
  const keys = new Set((await subscriber.until(all => new Set(all.map(({ event }) => event.subject)).size >= kept, 30_000)).map(({ event }) => event.subject))
  t.equal(keys.size, kept)
})
