import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startHaproxy, withoutHaproxy } from '../../test/haproxy.ts'
import { startPostgres, withoutPostgres } from '../../test/postgres.ts'
import type { Bench } from '../bench.ts'
import { shoot, type Shots } from '../cannon.ts'
import { openFarSide } from '../far-side.ts'
import { cpuSecondsOf } from '../machine.ts'
import { newKey, startService, type MeasuredProcess } from '../service.ts'
import { durableAccepts, type Accepts } from './accepts.ts'

/** Durable accepts into a PostgreSQL that shares the second core with the load; undefined where there is none. */
export async function acceptsIntoPostgres (bench: Bench): Promise<Accepts | undefined> {
  if (withoutPostgres !== false) return undefined
  const postgres = await startPostgres()
  try {
    return await durableAccepts(bench, 'accepts into PostgreSQL', { journalUrl: await postgres.fresh() })
  } finally {
    await postgres.stop()
  }
}

/**
 * The same through HAProxy, into so many replicas that share the first core, as two cores have it: `busy` says how much of it they used together.
 * HAProxy, PostgreSQL and the load share the second.
 */
export async function acceptsBehindHaproxy (bench: Bench, replicas: number): Promise<Shots | undefined> {
  if (withoutPostgres !== false || withoutHaproxy !== false) return undefined
  const closers: (() => Promise<unknown>)[] = []
  const closing = <T>(part: T, close: () => Promise<unknown>): T => { closers.push(close); return part }
  try {
    const folder = await mkdtemp(join(bench.folder, 'replicas-'))
    closers.push(() => rm(folder, { recursive: true, force: true }))
    const far = await openFarSide(bench.ids)
    closers.push(far.close)
    const postgres = await startPostgres()
    closers.push(postgres.stop)
    const parts = { brokerUrl: far.brokerUrl, tokenioUrl: far.tokenio.url, journalUrl: await postgres.fresh(), keys: newKey() }
    const services: MeasuredProcess[] = []
    for (let i = 0; i < replicas; i++) {
      const service = await startService({ ...parts, folder: join(folder, String(i)) })
      services.push(closing(service, () => service.stop()))
    }
    const haproxy = await startHaproxy({ replicas: services.map(({ url }) => Number(new URL(url).port)) })
    closers.push(haproxy.stop)
    await sleep(1500) // it has seen all of them

    far.tokenio.away(true)
    const used = () => services.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), 0)
    const [before, started] = [used(), performance.now()]
    const shots = await shoot({ url: haproxy.url, pid: services[0]?.pid ?? 0, ids: bench.ids, acknowledged: far.ledger.acknowledged, ...bench.amounts })
    const busy = (used() - before) / (performance.now() - started) * 1000 // with the warm-up
    far.tokenio.away(false)
    bench.checks.push({ of: `accepts, ${replicas} behind HAProxy`, missing: await far.ledger.settled(), events: far.ledger.events(), repeats: far.ledger.repeats() })
    return { ...shots, busy, perCpuSecond: shots.perSecond / busy }
  } finally {
    for (const close of closers.toReversed()) await close()
  }
}
