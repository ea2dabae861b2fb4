import autocannon, { type Client } from 'autocannon'
import { requestOf } from './caller.ts'
import { pathOf, type Ids } from './ids.ts'
import { cpuSecondsOf } from './machine.ts'

export interface CannonParts {
  readonly url: string
  readonly pid: number
  readonly ids: Ids
  /** Told of each callback that was answered with 200. */
  readonly acknowledged?: (number: number) => void
  readonly connections?: number
  readonly warmUpSeconds: number
  readonly seconds: number
}

export interface Shots {
  /** Replies of 200 in each second. */
  readonly perSecond: number
  /** The same for each second of processor time: a neighbour on the machine changes it less. */
  readonly perCpuSecond: number
  /** Share of its core that the process used; far below 1, the load was the limit. */
  readonly busy: number
  readonly p50: number
  readonly p99: number
  readonly refused: number
}

/** Callbacks with ids of their own, as fast as they are answered. */
export async function shoot ({ warmUpSeconds, seconds, ...parts }: CannonParts): Promise<Shots> {
  await volley({ ...parts, seconds: warmUpSeconds })
  return volley({ ...parts, seconds })
}

async function volley ({ url, pid, ids, acknowledged = () => {}, connections = 50, seconds }: Omit<CannonParts, 'warmUpSeconds'>): Promise<Shots> {
  const { host } = new URL(url)
  const cpuBefore = cpuSecondsOf(pid)
  const started = performance.now()
  const times: number[] = []
  const counts = { ok: 0, refused: 0 }

  function setupClient (client: Client): void {
    let number = -1
    let since = 0
    // autocannon would build a request anew for each id, which costs as much as a bare answer does
    Object.assign(client, { getRequestBuffer: () => {
      number = ids.next()
      since = performance.now()
      return Buffer.from(requestOf(host, pathOf(ids.idOf(number))), 'latin1')
    } })
    client.on('response', (status: number) => {
      times.push(performance.now() - since)
      if (status !== 200) { counts.refused++; return }
      counts.ok++
      acknowledged(number)
    })
  }

  await autocannon({ url, connections, duration: seconds, setupClient })
  const wall = (performance.now() - started) / 1000
  const cpu = cpuSecondsOf(pid) - cpuBefore
  const sorted = Float64Array.from(times).toSorted()
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN // autocannon's own are in whole milliseconds
  return { perSecond: counts.ok / wall, perCpuSecond: counts.ok / cpu, busy: cpu / wall, p50: at(0.5), p99: at(0.99), refused: counts.refused }
}
