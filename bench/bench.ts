import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openCaller, type Caller } from './caller.ts'
import { openFarSide, type FarSide } from './far-side.ts'
import type { Ids } from './ids.ts'
import { residentOf } from './machine.ts'
import { startService, type MeasuredProcess, type ServiceParts } from './service.ts'

/** How much is measured. */
export interface Amounts {
  readonly repetitions: number
  readonly warmUpSeconds: number
  readonly seconds: number
  /** Single callbacks in the idle service. */
  readonly singles: number
  readonly starts: number
  /** Entries in the full journal. */
  readonly kept: number
  readonly backlog: number
}

/** That every acknowledged callback had its event, in one measurement. */
export interface Check {
  readonly of: string
  /** One that keeps nothing may lose something. */
  readonly isPeer?: boolean
  readonly events: number
  readonly missing: number
  readonly repeats: number
}

/** What every scenario is given. */
export interface Bench {
  readonly ids: Ids
  readonly amounts: Amounts
  readonly folder: string
  readonly checks: Check[]
  /** Milliseconds until the bench must end. */
  left (): number
  note (text: string): void
}

export interface Stage {
  readonly service: MeasuredProcess
  readonly far: FarSide
  readonly caller: Caller
  /** Waits for all events that were promised, and notes whether they came. */
  settle (of: string): Promise<void>
  /** Most megabytes that the service held since the start. */
  mostResident (): number
}

/** One service with all that stands around it, for one measurement; nothing is left of it. */
export async function onStage<T> (bench: Bench, parts: Partial<ServiceParts>, act: (stage: Stage) => Promise<T>): Promise<T> {
  const folder = parts.folder ?? await mkdtemp(join(bench.folder, 'run-'))
  const far = await openFarSide(bench.ids)
  try {
    const service = await startService({ brokerUrl: far.brokerUrl, tokenioUrl: far.tokenio.url, ...parts, folder })
    const caller = openCaller(service)
    let most = 0
    const timer = setInterval(() => { most = Math.max(most, residentOf(service.pid)) }, 100)
    try {
      return await act({ service, far, caller, settle: of => settle(bench, far, of), mostResident: () => most })
    } finally {
      clearInterval(timer)
      caller.close()
      await service.stop()
    }
  } finally {
    await far.close()
    if (parts.folder === undefined) await rm(folder, { recursive: true, force: true })
  }
}

async function settle ({ checks }: Bench, { ledger }: FarSide, of: string): Promise<void> {
  const missing = await ledger.settled()
  checks.push({ of, events: ledger.events(), missing, repeats: ledger.repeats() })
}
