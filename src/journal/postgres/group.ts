import { createGroupCommit, type GroupCommit } from '../../database/group-commit.ts'
import { isContention } from '../../database/postgres/trouble.ts'
import { Failure } from '../../domain/failure.ts'

type Ended<D> = { readonly done: D } | { readonly thrown: unknown }

/** Group commit on a server: one that is away fails the whole group at once, what only one of them meets fails that one. */
export function createGroup<W, D> (commit: (group: readonly W[]) => Promise<readonly D[]>): GroupCommit<W, D> {
  const group = createGroupCommit<W, Ended<D>>({
    async commit (works) {
      try {
        return (await commit(works)).map(done => ({ done }))
      } catch (thrown) {
        if (!(thrown instanceof Failure) || isContention(thrown)) throw thrown
        return works.map(() => ({ thrown })) // to try each of them would take as many time-outs
      }
    },
  })
  return {
    async add (work) {
      const ended = await group.add(work)
      if ('thrown' in ended) throw ended.thrown
      return ended.done
    },
    close: group.close,
  }
}
