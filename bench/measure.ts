import type { Bench } from './bench.ts'
import { installNodeRed } from './node-red.ts'
import { acceptsWhileDelivering, bareRequests, durableAccepts } from './scenarios/accepts.ts'
import { backlog } from './scenarios/backlog.ts'
import { far100, sustained, sustainedByNodeRed, sustainedByPackages, sustainedByWebhook } from './scenarios/end-to-end.ts'
import { idle } from './scenarios/idle.ts'
import { withKept } from './scenarios/kept.ts'
import { acceptsBehindHaproxy, acceptsIntoPostgres } from './scenarios/postgres.ts'
import { starts } from './scenarios/starts.ts'
import { spreadOf, type Spread } from './statistics.ts'
import type { Figures } from './targets.ts'
import { hasWebhook } from './webhook.ts'

export interface Measured {
  /** The median of each figure; of memory, the most. */
  readonly figures: Figures
  readonly spreads: { readonly [name: string]: Spread }
}

/** All scenarios, one after the other; where the time ends, what is left is not measured. */
export async function measure (bench: Bench, { peers, only }: { readonly peers: boolean, readonly only: readonly string[] }): Promise<Measured> {
  const values: { [name: string]: number[] } = {}
  const note = (figures: { readonly [name: string]: number }) => {
    for (const [name, value] of Object.entries(figures)) (values[name] ??= []).push(value)
    bench.note(Object.entries(figures).map(([name, value]) => `${name} ${value.toPrecision(4)}`).join('  '))
  }
  const { repetitions, kept, seconds } = bench.amounts
  const hasTime = (needed = 3 * seconds) => bench.left() > needed * 1000

  const scenarios: { readonly [name: string]: () => Promise<void> } = {
    starts: async () => { for (const readyMs of await starts(bench)) note({ readyMs }) },
    idle: async () => {
      const { replyP99, replyMedian, ...figures } = await idle(bench)
      note({ ...figures, idleReplyMedian: replyMedian, idleReplyP99: replyP99 })
    },
    accepts: async () => {
      for (let i = 0; i < repetitions && hasTime(); i++) {
        const bare = await bareRequests(bench)
        note({ barePerSecond: bare.perSecond, barePerCpuSecond: bare.perCpuSecond, bareBusy: bare.busy, bareP99: bare.p99 })
        const { shots, drainedPerSecond, mostResident } = await durableAccepts(bench, 'accepts')
        note({ acceptsPerSecond: shots.perSecond, acceptsPerCpuSecond: shots.perCpuSecond, acceptsBusy: shots.busy, acceptsP50: shots.p50, acceptsP99: shots.p99, refused: shots.refused })
        note({ drainedPerSecond, megabytesInOutage: mostResident })
      }
    },
    mixed: async () => {
      const { shots, eventsPerSecond } = await acceptsWhileDelivering(bench)
      note({ mixedAcceptsPerSecond: shots.perSecond, mixedEventsPerSecond: eventsPerSecond, mixedP99: shots.p99 })
    },
    flow: async () => {
      const nodeRed = peers ? await installNodeRed() : undefined
      for (let i = 0; i < repetitions && hasTime(); i++) {
        const flow = await sustained(bench)
        note({ eventsPerSecond: flow.perSecond, eventsPerCpuSecond: flow.perCpuSecond, eventsBusy: flow.busy, megabytesUnderLoad: flow.mostResident })
        if (nodeRed === undefined) continue
        const peer = await sustainedByNodeRed(bench, nodeRed)
        note({ nodeRedPerSecond: peer.perSecond, nodeRedPerCpuSecond: peer.perCpuSecond, nodeRedBusy: peer.busy })
      }
      if (peers && hasWebhook) note({ webhookPerSecond: (await sustainedByWebhook(bench)).perSecond })
      const packages = await sustainedByPackages(bench)
      note({ packagesPerSecond: packages.perSecond, packagesPerCpuSecond: packages.perCpuSecond, packagesBusy: packages.busy })
    },
    distant: async () => {
      note({ distantEventsPerSecond: (await sustained(bench, far100)).perSecond })
      if (peers) note({ distantNodeRedPerSecond: (await sustainedByNodeRed(bench, await installNodeRed(), far100)).perSecond })
    },
    postgres: async () => {
      for (let i = 0; i < repetitions && hasTime(); i++) {
        const found = await acceptsIntoPostgres(bench)
        if (found === undefined) { bench.note('PostgreSQL is not installed'); return }
        note({ postgresPerSecond: found.shots.perSecond, postgresBusy: found.shots.busy, postgresP99: found.shots.p99, postgresDrainedPerSecond: found.drainedPerSecond })
      }
      for (const replicas of [1, 3]) {
        const shots = hasTime() ? await acceptsBehindHaproxy(bench, replicas) : undefined
        if (shots !== undefined) note({ [`behindHaproxy${replicas}PerSecond`]: shots.perSecond, [`behindHaproxy${replicas}Busy`]: shots.busy, [`behindHaproxy${replicas}P99`]: shots.p99 })
      }
    },
    backlog: async () => {
      const { entries, drainedPerSecond, replyMedian, replyP99 } = await backlog(bench)
      note({ backlogEntries: entries, backlogPerSecond: drainedPerSecond, backlogReplyMedian: replyMedian, backlogReplyP99: replyP99 })
    },
    kept: async () => {
      const few = await withKept(bench, 1000)
      note({ acceptsFew: few.acceptsPerSecond, acceptsFewPerCpu: few.acceptsPerCpuSecond, eventsFew: few.eventsPerSecond, eventsFewPerCpu: few.eventsPerCpuSecond })
      const full = await withKept(bench, kept)
      note({ acceptsFull: full.acceptsPerSecond, acceptsFullPerCpu: full.acceptsPerCpuSecond, eventsFull: full.eventsPerSecond, eventsFullPerCpu: full.eventsPerCpuSecond })
    },
  }

  for (const [name, run] of Object.entries(scenarios)) {
    if (only.length > 0 && !only.includes(name)) continue
    if (!hasTime(name === 'kept' ? 10 * seconds + kept / 20_000 : undefined)) { bench.note(`${name}: not measured, the time is over`); continue }
    bench.note(name)
    await run()
  }
  const spreads = Object.fromEntries(Object.entries(values).flatMap(([name, all]) => { const spread = spreadOf(all); return spread === undefined ? [] : [[name, spread] as const] }))
  return { spreads, figures: Object.fromEntries(Object.entries(spreads).map(([name, { median, high }]) => [name, name.startsWith('megabytes') ? high : median])) }
}
