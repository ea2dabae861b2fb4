import type { Run } from './statements.ts'

const notify = { name: 'say', text: 'SELECT pg_notify($1, $2)' }

/**
 * Says words to the other replicas: in transactions of their own, since one that notifies commits alone in its database, and
 * each word at most once while it is on its way.
 */
export function createWord ({ run, channel }: { readonly run: Run, readonly channel: string }): (word: string) => void {
  const underWay = new Set<string>()
  const again = new Set<string>()

  async function say (word: string): Promise<void> {
    do {
      again.delete(word)
      await run(notify, [channel, word]).catch(() => {}) // what is not heard is found by looking
    } while (again.has(word))
    underWay.delete(word)
  }

  return function word (word) {
    if (underWay.has(word)) { again.add(word); return }
    underWay.add(word)
    void say(word)
  }
}
