import { setTimeout as sleep } from 'node:timers/promises'
import { onStage, type Bench } from '../bench.ts'
import { residentOf } from '../machine.ts'
import { percentile } from '../statistics.ts'
import { trickle } from '../trickle.ts'

export interface Idle {
  /** Milliseconds from the callback to its event at the subscriber; the provider answers at once. */
  readonly eventMedian: number
  readonly eventP99: number
  /** Milliseconds from the callback to its reply. */
  readonly replyMedian: number
  readonly replyP99: number
  readonly megabytesAtRest: number
}

/** What a single user sees of a service that has nothing else to do. */
export async function idle (bench: Bench): Promise<Idle> {
  return onStage(bench, {}, async ({ service, far: { ledger }, caller, settle }) => {
    await sleep(2000)
    const megabytesAtRest = residentOf(service.pid)
    const parts = { caller, ids: bench.ids, ledger, every: 10 }
    await trickle({ ...parts, goesOn: sent => sent < bench.amounts.singles / 2 }) // V8 compiles meanwhile
    const { events, replies } = await trickle({ ...parts, goesOn: sent => sent < bench.amounts.singles })
    await settle('idle')
    return {
      eventMedian: percentile(events, 50), eventP99: percentile(events, 99),
      replyMedian: percentile(replies, 50), replyP99: percentile(replies, 99),
      megabytesAtRest,
    }
  })
}
