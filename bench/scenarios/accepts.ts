import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { startFlags } from '../../test/start-flags.ts'
import { onStage, type Bench } from '../bench.ts'
import { shoot, type Shots } from '../cannon.ts'
import type { Ledger } from '../ledger.ts'
import { pump } from '../pump.ts'
import { startMeasured, type ServiceParts } from '../service.ts'

export interface Accepts {
  readonly shots: Shots
  /** Events in each second while the backlog of the volley was delivered, and nothing else was to be done. */
  readonly drainedPerSecond: number
  readonly mostResident: number
}

/** The limit: what Fastify answers without a journal. */
export async function bareRequests ({ ids, amounts, folder }: Bench): Promise<Shots> {
  const bare = await startMeasured({
    folder: await mkdtemp(join(folder, 'bare-')),
    words: [...startFlags, join(import.meta.dirname, '..', 'bare.ts')],
    urlIn: log => /"public":"([^"]+)"/.exec(log)?.[1],
    readyPath: '/readyz',
  })
  try {
    return await shoot({ url: bare.url, pid: bare.pid, ids, ...amounts })
  } finally {
    await bare.stop()
  }
}

/** Durable accepts of a service at work, while the provider is away: a burst in an outage. Then the provider comes back, and each of them must end as an event. */
export async function durableAccepts (bench: Bench, name: string, parts: Partial<ServiceParts> = {}): Promise<Accepts> {
  return onStage(bench, parts, async ({ service: { url, pid }, far: { tokenio, ledger }, caller, settle, mostResident }) => {
    const { ids, amounts } = bench
    await pump({ caller, pid, ids, ledger, warmUpSeconds: 0, seconds: amounts.warmUpSeconds })
    await settle(`${name}, warming up`)
    tokenio.away(true)
    const shots = await shoot({ url, pid, ids, acknowledged: ledger.acknowledged, warmUpSeconds: amounts.warmUpSeconds / 4, seconds: amounts.seconds })
    const drained = rateOf(ledger, ledger.missing() * 0.95) // the last ones wait out what the outage put them off for
    tokenio.away(false)
    await settle(name)
    return { shots, drainedPerSecond: drained(), mostResident: mostResident() }
  })
}

/** Events in each second, from the first one on until `most` came; asked for later. */
function rateOf (ledger: Ledger, most: number): () => number {
  let [count, first, last] = [0, NaN, NaN]
  ledger.onFirst(() => {
    if (count === 0) first = performance.now()
    if (count < most) { count++; last = performance.now() }
  })
  return () => (count - 1) / (last - first) * 1000
}

/** The same while the provider is there, so that delivery takes its share of the core. */
export async function acceptsWhileDelivering (bench: Bench): Promise<{ readonly shots: Shots, readonly eventsPerSecond: number }> {
  return onStage(bench, {}, async ({ service: { url, pid }, far: { ledger }, settle }) => {
    const started = performance.now()
    const shots = await shoot({ url, pid, ids: bench.ids, acknowledged: ledger.acknowledged, ...bench.amounts })
    const eventsPerSecond = ledger.events() / (performance.now() - started) * 1000
    await settle('accepts while delivering')
    return { shots, eventsPerSecond }
  })
}
