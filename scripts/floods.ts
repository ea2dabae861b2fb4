import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { leaveFirstCore } from '../bench/machine.ts'
import { startService } from '../bench/service.ts'
import { startMosquitto } from '../test/mosquitto.ts'
import { callHonestly } from '../test/security/honest.ts'
import { startTokenio } from '../test/tokenio-server.ts'

/**
 * `npm run floods`: 10 000 idle and 1 000 slow connections hold on to the service, alone on the first core, while honest callbacks come. Ends with 1
 * when their p99 is not below twice what it is without the crowd, before and after. `npm run floods -- IDLE SLOW SECONDS` for other numbers.
 */
const [idle = 10_000, slow = 1_000, seconds = 25] = process.argv.slice(2).map(Number)
const perSecond = 50
const most = Number(execFileSync('bash', ['-c', 'ulimit -n']).toString())
if (idle + slow + 200 > most) throw new Error(`this shell lets a process have ${most} files: raise it with ulimit -n`)

leaveFirstCore()
const folder = await mkdtemp(join(tmpdir(), 'floods-'))
process.once('exit', () => { rmSync(folder, { recursive: true, force: true }) })
const [mosquitto, tokenio] = await Promise.all([startMosquitto(), startTokenio()])
const service = await startService({ folder, brokerUrl: mosquitto.url, tokenioUrl: tokenio.url })
const call = async (when: string, for_ = seconds) => {
  const honest = await callHonestly({ url: service.url, perSecond, seconds: for_ })
  const mib = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))?.[1]) / 1024
  console.log(`${when}: p50 ${honest.p50.toFixed(2)} ms, p99 ${honest.p99.toFixed(2)} ms, ${honest.failed} of ${honest.calls} failed, ${mib.toFixed(0)} MiB`)
  return honest
}
try {
  await call('warming up', 5)
  const before = await call('alone')
  const crowd = new Worker(new URL('../test/security/crowd-worker.ts', import.meta.url), { workerData: { url: service.url, idle, slow } })
  await once(crowd, 'message')
  await sleep(12_000) // the first ones are cut off by now, and come again
  const among = await call(`among ${idle} idle and ${slow} slow connections`)
  crowd.postMessage('leave')
  const [{ held, returns }] = await once(crowd, 'message') as [{ held: number, returns: number }]
  console.log(`${held} connections were held at its end; the slow were cut off and came again ${returns} times`)
  await sleep(5_000)
  const after = await call('alone again')
  const alone = (before.p99 + after.p99) / 2
  const holds = among.p99 < 2 * alone && among.failed === 0 && held > 0.9 * (idle + slow)
  console.log(`p99 among them is ${(among.p99 / alone).toFixed(2)} times that without: ${holds ? 'it holds' : 'it does not hold'}`)
  process.exitCode = holds ? 0 : 1
} finally {
  await service.stop()
  await Promise.all([mosquitto.stop(), tokenio.close()])
}
