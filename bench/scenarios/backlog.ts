import { onStage, type Bench } from '../bench.ts'
import { shoot } from '../cannon.ts'
import { pump } from '../pump.ts'
import { percentile } from '../statistics.ts'
import { trickle } from '../trickle.ts'

export interface Backlog {
  readonly entries: number
  readonly drainedPerSecond: number
  /** Milliseconds to the reply of callbacks that came while the backlog was delivered. */
  readonly replyMedian: number
  readonly replyP99: number
}

/** An outage of the provider ends: what waited is delivered, and whoever comes meanwhile is still answered. */
export async function backlog (bench: Bench): Promise<Backlog> {
  const { ids, amounts } = bench
  return onStage(bench, {}, async ({ service: { url, pid }, far: { tokenio, ledger }, caller, settle }) => {
    await pump({ caller, pid, ids, ledger, warmUpSeconds: 0, seconds: amounts.warmUpSeconds })
    await settle('backlog, warming up')
    const earlier = ledger.events()
    tokenio.away(true)
    while (ledger.missing() < amounts.backlog) await shoot({ url, pid, ids, acknowledged: ledger.acknowledged, warmUpSeconds: 0.5, seconds: 1 })
    const entries = ledger.missing()
    tokenio.away(false)
    const end = performance.now() + Math.min(bench.left(), 120_000)
    while (ledger.events() < earlier + 100 && performance.now() < end) await new Promise(resolve => { setTimeout(resolve, 20) }) // until the breaker lets asks through
    const [before, started] = [ledger.events(), performance.now()]
    const { replies } = await trickle({ caller, ids, ledger, every: 10, goesOn: () => ledger.missing() > entries / 20 && performance.now() < end })
    const drainedPerSecond = (ledger.events() - before) / (performance.now() - started) * 1000
    await settle('backlog')
    return { entries, drainedPerSecond, replyMedian: percentile(replies, 50), replyP99: percentile(replies, 99) }
  })
}
