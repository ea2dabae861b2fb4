import { setTimeout as sleep } from 'node:timers/promises'
import type { Caller } from './caller.ts'
import { pathOf, type Ids } from './ids.ts'
import type { Ledger } from './ledger.ts'
import { cpuSecondsOf } from './machine.ts'

export interface PumpParts {
  readonly caller: Caller
  readonly pid: number
  readonly ids: Ids
  readonly ledger: Ledger
  /** Callbacks under way at once, from the request to the event at the subscriber. */
  readonly outstanding?: number
  readonly warmUpSeconds: number
  readonly seconds: number
}

export interface Flow {
  /** Events at the subscriber in each second. */
  readonly perSecond: number
  readonly perCpuSecond: number
  readonly busy: number
  readonly refused: number
}

/** What can be sustained: each event that arrives lets the next callback in, so that nothing piles up and nothing idles. */
export async function pump ({ caller, pid, ids, ledger, outstanding = 256, warmUpSeconds, seconds }: PumpParts): Promise<Flow> {
  let [underWay, refused, isOver] = [0, 0, false]
  const mine = new Set<number>()

  async function send (number: number): Promise<void> {
    mine.add(number)
    try {
      const status = await caller.get(pathOf(ids.idOf(number)))
      if (status === 200) return ledger.acknowledged(number)
    } catch { /* counted as refused */ }
    refused++
    done(number)
  }
  function done (number: number): void {
    if (mine.delete(number)) underWay--
    fill()
  }
  function fill (): void {
    for (; underWay < outstanding && !isOver && refused < 1000; underWay++) void send(ids.next())
  }

  ledger.onFirst(done)
  fill()
  await sleep(warmUpSeconds * 1000)
  const before = { events: ledger.events(), cpu: cpuSecondsOf(pid), at: performance.now() }
  await sleep(seconds * 1000)
  const wall = (performance.now() - before.at) / 1000
  const events = ledger.events() - before.events
  const cpu = cpuSecondsOf(pid) - before.cpu
  isOver = true
  return { perSecond: events / wall, perCpuSecond: events / cpu, busy: cpu / wall, refused }
}
