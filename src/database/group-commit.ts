import { Failure } from '../domain/failure.ts'

export interface GroupCommitParts<W, D> {
  /** Makes the whole group durable and gives one answer for each, or throws and has changed nothing. */
  readonly commit: (group: readonly W[]) => readonly D[] | Promise<readonly D[]>
  /** Largest group. */
  readonly most?: number
  /** When the group that is gathering is committed; default: at the end of this turn of the event loop. */
  readonly soon?: (act: () => void) => void
}

export interface GroupCommit<W, D> {
  /** Resolves once the work is durable. */
  add (work: W): Promise<D>
  /** Takes nothing more, and ends when all that was taken is committed. */
  close (): Promise<void>
}

interface Waiting<W, D> {
  readonly work: W
  resolve (done: D): void
  reject (thrown: unknown): void
}

/** All work that arrives together, or while a commit is under way, shares one commit. */
export function createGroupCommit<W, D> ({ commit, most = 256, soon = setImmediate }: GroupCommitParts<W, D>): GroupCommit<W, D> {
  const waiting: Waiting<W, D>[] = []
  let running: Promise<void> | undefined
  let closed = false

  async function run (): Promise<void> {
    while (waiting.length > 0) {
      await new Promise<void>(resolve => soon(resolve))
      await commitGroup(waiting.splice(0, most))
    }
    running = undefined // in the same turn as the last look at `waiting`, so that nothing is left there
  }

  async function commitGroup (group: readonly Waiting<W, D>[]): Promise<void> {
    try {
      const done = await commit(group.map(({ work }) => work))
      for (const [i, { resolve }] of group.entries()) resolve(done[i] as D)
    } catch (thrown) {
      if (group.length === 1) group[0]?.reject(thrown)
      else for (const one of group) await commitGroup([one]) // what cannot be done must not fail its neighbours
    }
  }

  return {
    add (work) {
      if (closed) return Promise.reject(new Failure('JOURNAL_UNAVAILABLE', { reason: 'The journal is closed.' }))
      return new Promise((resolve, reject) => {
        waiting.push({ work, resolve, reject })
        running ??= run()
      })
    },
    async close () {
      closed = true
      await running
    },
  }
}
