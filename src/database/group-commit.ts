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
  /** Resolves once the work is durable. `isAwaited`: somebody outside waits for it. Where such work comes alone, it is committed at once, with all that waits. */
  add (work: W, isAwaited?: boolean): Promise<D>
  /** Takes nothing more, and ends when all that was taken is committed. */
  close (): Promise<void>
}

interface Waiting<W, D> {
  readonly work: W
  resolve (done: D): void
  reject (thrown: unknown): void
}

/** All work that arrives together, or while a commit is under way, shares one commit. What comes alone need not wait until the turn is over, which may be busy with other things. */
export function createGroupCommit<W, D> ({ commit, most = 256, soon = setImmediate }: GroupCommitParts<W, D>): GroupCommit<W, D> {
  const waiting: Waiting<W, D>[] = []
  const awaited = { now: 0, before: 0 } // in this turn of the event loop, and in the last one that had any
  let running: Promise<void> | undefined
  let isHurried = false
  let wake = (): void => {}
  let closed = false

  async function run (): Promise<void> {
    while (waiting.length > 0) {
      if (!isHurried) await new Promise<void>(resolve => { wake = resolve; soon(resolve) })
      isHurried = false
      await commitGroup(waiting.splice(0, most))
    }
    running = undefined // in the same turn as the last look at `waiting`, so that nothing is left there
  }

  /** The first one of a turn, where mostly no other follows. */
  function isAlone (): boolean {
    if (awaited.now === 0) soon(() => { awaited.before = awaited.now; awaited.now = 0 })
    return ++awaited.now === 1 && awaited.before < 2
  }

  function hurry (): void {
    isHurried = true
    wake()
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
    add (work, isAwaited = false) {
      if (closed) return Promise.reject(new Failure('JOURNAL_UNAVAILABLE', { reason: 'The journal is closed.' }))
      return new Promise((resolve, reject) => {
        waiting.push({ work, resolve, reject })
        running ??= run()
        if (isAwaited && isAlone()) hurry()
      })
    },
    async close () {
      closed = true
      await running
    },
  }
}
