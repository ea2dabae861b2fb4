import { setTimeout as sleep } from 'node:timers/promises'
import type { Run } from './statements.ts'

// a word needs no disk
const notify = { name: 'say', text: `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)` }

export interface WordParts {
  readonly run: Run
  readonly channel: string
  /** Milliseconds in which a word is not said again. */
  readonly pause?: number
}

/**
 * Says words to the other replicas: in transactions of their own, since one that notifies commits alone in its database, and
 * each word at most once while it is on its way, and then for a while: a replica that is busy need not say so with each commit.
 */
export function createWord ({ run, channel, pause = 25 }: WordParts): (word: string) => void {
  const underWay = new Set<string>()
  const again = new Set<string>()

  async function say (word: string): Promise<void> {
    do {
      again.delete(word)
      await run(notify, [channel, word]).catch(() => {}) // what is not heard is found by looking
      await sleep(pause, undefined, { ref: false })
    } while (again.has(word))
    underWay.delete(word)
  }

  return function word (word) {
    if (underWay.has(word)) { again.add(word); return }
    underWay.add(word)
    void say(word)
  }
}
