import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { onStage, type Bench } from '../bench.ts'
import { shoot, type Shots } from '../cannon.ts'
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
    words: ['--max-semi-space-size=4', join(import.meta.dirname, '..', 'bare.ts')],
    urlIn: log => /"public":"([^"]+)"/.exec(log)?.[1],
    readyPath: '/readyz',
  })
  try {
    return await shoot({ url: bare.url, pid: bare.pid, ids, ...amounts })
  } finally {
    await bare.stop()
  }
}

/** Durable accepts, while the provider is away: a burst in an outage. Then the provider comes back, and each of them must end as an event. */
export async function durableAccepts (bench: Bench, name: string, parts: Partial<ServiceParts> = {}): Promise<Accepts> {
  return onStage(bench, parts, async ({ service: { url, pid }, far: { tokenio, ledger }, settle, mostResident }) => {
    tokenio.away(true)
    const shots = await shoot({ url, pid, ids: bench.ids, acknowledged: ledger.acknowledged, ...bench.amounts })
    const before = ledger.events()
    const { promise: firstCame, resolve } = Promise.withResolvers<number>()
    ledger.onFirst(() => resolve(performance.now()))
    tokenio.away(false)
    const settled = settle(name)
    const first = await Promise.race([firstCame, settled.then(() => performance.now())]) // the breaker closes within five seconds
    await settled
    return { shots, drainedPerSecond: (ledger.events() - before) / (performance.now() - first) * 1000, mostResident: mostResident() }
  })
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
