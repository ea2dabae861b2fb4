import t from 'tap'
import { createGroupCommit } from '../../src/database/group-commit.ts'

void t.test('what arrives together shares a commit, each with its own answer', async t => {
  const groups: number[][] = []
  const group = createGroupCommit<number, number>({ commit: works => { groups.push([...works]); return works.map(work => work * 2) }, most: 3 })
  t.same(await Promise.all([1, 2, 3, 4].map(work => group.add(work))), [2, 4, 6, 8])
  t.equal(await group.add(5), 10)
  t.same(groups, [[1, 2, 3], [4], [5]])
})

void t.test('what arrives while a commit is under way shares the next', async t => {
  const groups: number[][] = []
  const first = Promise.withResolvers<void>()
  const began = Promise.withResolvers<void>()
  const group = createGroupCommit<number, number>({
    async commit (works) {
      groups.push([...works])
      began.resolve()
      await first.promise
      return works
    },
  })
  const answers = [group.add(1)]
  await began.promise
  answers.push(group.add(2), group.add(3))
  first.resolve()
  t.same(await Promise.all(answers), [1, 2, 3])
  t.same(groups, [[1], [2, 3]])
})

void t.test('work that cannot be done fails alone, and the order is kept', async t => {
  const done: number[] = []
  const group = createGroupCommit<number, number>({
    commit (works) {
      if (works.includes(2)) throw new Error('poison')
      done.push(...works)
      return works
    },
  })
  const answers = await Promise.allSettled([1, 2, 3].map(work => group.add(work)))
  t.same(answers.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])
  t.same(done, [1, 3])
  t.equal(await group.add(4), 4)
})

void t.test('closing ends what was taken, and takes nothing more', async t => {
  const done: number[] = []
  const group = createGroupCommit<number, number>({ commit: works => { done.push(...works); return works } })
  const last = group.add(1)
  await group.close()
  t.same(done, [1])
  t.equal(await last, 1)
  await t.rejects(group.add(2), { code: 'JOURNAL_UNAVAILABLE' })
})

void t.test('work that somebody waits for is committed at once where it comes alone, with all that waits', async t => {
  const groups: number[][] = []
  const turns: (() => void)[] = []
  const endTurn = () => { for (const act of turns.splice(0)) act() }
  const group = createGroupCommit<number, number>({ commit: works => { groups.push([...works]); return works }, soon: act => { turns.push(act) } })

  const own = group.add(1)
  await Promise.resolve()
  t.same(groups, [], 'nobody waits for it: it may gather')
  t.equal(await group.add(2, true), 2)
  t.equal(await own, 1)
  t.same(groups.splice(0), [[1, 2]])

  const second = [group.add(3, true), group.add(4, true)]
  await new Promise(resolve => { setImmediate(resolve) })
  t.same(groups, [], 'one was committed in this turn already: those that follow share the next commit')
  endTurn()
  t.same(await Promise.all(second), [3, 4])
  t.same(groups.splice(0), [[3, 4]])

  const crowded = group.add(5, true)
  await new Promise(resolve => { setImmediate(resolve) })
  t.same(groups, [], 'several came in the turn before: more may come in this one')
  endTurn()
  t.equal(await crowded, 5)
  t.equal(await group.add(6, true), 6, 'and then only one')
  t.same(groups, [[5], [6]])
})

void t.test('work that comes alone while a commit is under way waits for it', async t => {
  const groups: number[][] = []
  const first = Promise.withResolvers<void>()
  const group = createGroupCommit<number, number>({ async commit (works) { groups.push([...works]); await first.promise; return works } })
  const answers = [group.add(1, true)]
  await new Promise(resolve => { setTimeout(resolve, 5) })
  answers.push(group.add(2, true))
  await new Promise(resolve => { setTimeout(resolve, 5) })
  t.same(groups, [[1]])
  first.resolve()
  t.same(await Promise.all(answers), [1, 2])
  t.same(groups, [[1], [2]])
})
