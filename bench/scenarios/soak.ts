import { setTimeout as sleep } from 'node:timers/promises'
import { onStage, type Bench } from '../bench.ts'
import { residentOf } from '../machine.ts'
import { pump } from '../pump.ts'
import { percentile } from '../statistics.ts'
import { tableOf } from '../table.ts'

const minutes = 10

/** Ten minutes of all that can be sustained: what the service holds in memory, minute by minute. */
export async function soak (bench: Bench): Promise<string> {
  return onStage(bench, {}, async ({ service: { pid }, far: { ledger }, caller, settle }) => {
    const flowing = pump({ caller, pid, ids: bench.ids, ledger, warmUpSeconds: 0, seconds: minutes * 60 })
    const rows: string[][] = []
    for (let minute = 1; minute <= minutes; minute++) {
      const [before, held]: [number, number[]] = [ledger.events(), []]
      for (let second = 0; second < 60; second++) {
        await sleep(1000)
        held.push(residentOf(pid))
      }
      rows.push([String(minute), String(Math.round((ledger.events() - before) / 60)), percentile(held, 50).toFixed(1), Math.max(...held).toFixed(1)])
      bench.note(rows.at(-1)?.join('  ') ?? '')
    }
    await flowing
    await settle('ten minutes')
    return `${tableOf(['minute', 'events/s', 'MB, median', 'MB, most'], rows)}\n${JSON.stringify(bench.checks)}`
  })
}
