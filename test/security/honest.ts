import { setTimeout as sleep } from 'node:timers/promises'
import { openCaller } from '../../bench/caller.ts'
import { createIds, pathOf } from '../../bench/ids.ts'
import { percentile } from '../../bench/statistics.ts'

export interface Honest { readonly p50: number, readonly p99: number, readonly calls: number, readonly failed: number }

/** Callbacks of people who wish us well, so many a second, each sent at its time whatever became of those before. Times in milliseconds. */
export async function callHonestly ({ url, perSecond, seconds }: { readonly url: string, readonly perSecond: number, readonly seconds: number }): Promise<Honest> {
  const [ids, caller, took] = [createIds(), openCaller({ url }), [] as number[]]
  const under = new Set<Promise<void>>()
  let failed = 0
  const begin = performance.now()
  for (let turn = 0; turn < perSecond * seconds; turn++) {
    const due = begin + turn * 1000 / perSecond
    if (due > performance.now() + 1) await sleep(due - performance.now())
    const asked = performance.now()
    const call = caller.get(pathOf(ids.idOf(ids.next()))).then(status => { if (status === 200) took.push(performance.now() - asked); else failed++ }, () => { failed++ })
    under.add(call)
    void call.finally(() => under.delete(call))
  }
  await Promise.all(under)
  caller.close()
  return { p50: percentile(took, 50), p99: percentile(took, 99), calls: took.length + failed, failed }
}
