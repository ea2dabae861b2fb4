import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { openFarSide } from '../far-side.ts'
import { newKey, startService } from '../service.ts'

/** Milliseconds from the process's start to a green `/readyz`, once for each start; the journal is there already, and so is the compile cache. */
export async function starts ({ ids, amounts, folder }: Bench): Promise<number[]> {
  const far = await openFarSide(ids)
  const parts = { folder: await mkdtemp(join(folder, 'starts-')), brokerUrl: far.brokerUrl, tokenioUrl: far.tokenio.url, keys: newKey() }
  const times: number[] = []
  try {
    for (let i = 0; i <= amounts.starts; i++) {
      const service = await startService(parts)
      if (i > 0) times.push(service.readyMs)
      await service.stop('SIGINT')
    }
    return times
  } finally {
    await far.close()
  }
}
