import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { onStage, type Bench } from '../bench.ts'
import { shoot } from '../cannon.ts'
import { pump } from '../pump.ts'
import { seed } from '../seed.ts'
import { newKey } from '../service.ts'
import { trickle } from '../trickle.ts'

export interface Kept {
  readonly entries: number
  readonly acceptsPerSecond: number
  readonly acceptsPerCpuSecond: number
  readonly eventsPerSecond: number
  readonly eventsPerCpuSecond: number
}

/** What the service still does with a journal that is full already. */
export async function withKept (bench: Bench, entries: number): Promise<Kept> {
  const { ids, amounts } = bench
  const parts = { folder: await mkdtemp(join(bench.folder, 'kept-')), keys: newKey() }
  await onStage(bench, parts, async ({ far: { ledger }, caller, settle }) => {
    await trickle({ caller, ids, ledger, every: 1, goesOn: sent => sent < 1 })
    await settle('the one that is copied')
  })
  const started = performance.now()
  seed(join(parts.folder, 'journal.db'), entries - 1)
  bench.note(`${entries} entries made in ${((performance.now() - started) / 1000).toFixed(1)} s`)

  const kept = await onStage(bench, parts, async ({ service: { url, pid }, far: { tokenio, ledger }, caller, settle }) => {
    const flow = await pump({ caller, pid, ids, ledger, ...amounts })
    await settle(`end to end, ${entries} kept`)
    tokenio.away(true)
    const shots = await shoot({ url, pid, ids, acknowledged: ledger.acknowledged, ...amounts })
    tokenio.away(false)
    await settle(`accepts, ${entries} kept`)
    return {
      entries, acceptsPerSecond: shots.perSecond, acceptsPerCpuSecond: shots.perCpuSecond,
      eventsPerSecond: flow.perSecond, eventsPerCpuSecond: flow.perCpuSecond,
    }
  })
  await rm(parts.folder, { recursive: true, force: true })
  return kept
}
