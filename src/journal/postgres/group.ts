import { createGroupCommit, type GroupCommit } from '../../database/group-commit.ts'
import { isContention } from '../../database/postgres/trouble.ts'
import { Failure } from '../../domain/failure.ts'

/** Callbacks may be large, and a group is one statement. */
const most = 64

type Ended<D> = { readonly done: D } | { readonly thrown: unknown }

/** Group commit on a server: one that is away fails all that waited for it, what only one of them meets fails that one. */
export function createGroup<W, D> (commit: (group: readonly W[]) => Promise<readonly D[]>): GroupCommit<W, D> {
  let failed: { readonly at: number, readonly thrown: unknown } | undefined

  const group = createGroupCommit<{ readonly work: W, readonly since: number }, Ended<D>>({
    async commit (works) {
      // who came before the last group failed has waited long enough: each try may take a time-out
      const last = failed
      if (last !== undefined && works.every(({ since }) => since < last.at)) return works.map(() => ({ thrown: last.thrown }))
      try {
        return (await commit(works.map(({ work }) => work))).map(done => ({ done }))
      } catch (thrown) {
        if (!(thrown instanceof Failure) || isContention(thrown)) throw thrown
        failed = { at: performance.now(), thrown }
        return works.map(() => ({ thrown }))
      }
    },
    most,
  })
  return {
    async add (work) {
      const ended = await group.add({ work, since: performance.now() })
      if ('thrown' in ended) throw ended.thrown
      return ended.done
    },
    close: group.close,
  }
}
