import { setTimeout as sleep } from 'node:timers/promises'

/** Waits for something that no event announces. Throws after `patience` milliseconds. */
export async function until (holds: () => boolean | Promise<boolean>, patience = 8000): Promise<void> {
  const end = performance.now() + patience
  while (!await holds()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${holds.toString()}`)
    await sleep(5)
  }
}
