import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { createGroup } from '../../../src/database/postgres/group.ts'
import { Failure } from '../../../src/domain/failure.ts'
import { until } from '../../publisher/until.ts'

const upTo = (length: number) => Array.from({ length }, (_, i) => i)

/** Commits that wait to be let go, in their order. */
function held (now?: () => number) {
  const groups: number[][] = []
  const open: (() => void)[] = []
  const group = createGroup<number, number>(works => new Promise(resolve => {
    groups.push([...works])
    open.push(() => { resolve(works.map(work => work * 2)) })
  }), now)
  return { groups, open, group }
}

void t.test('what arrives together shares a commit, each with its own answer, and no group grows without end', async t => {
  const groups: number[][] = []
  const group = createGroup<number, number>(async works => { groups.push([...works]); return works.map(work => work * 2) })
  t.same(await Promise.all(upTo(300).map(group.add)), upTo(300).map(work => work * 2))
  t.same(groups.flat(), upTo(300))
  t.ok(groups.length < 6 && groups.every(({ length }) => length <= 128), groups.map(({ length }) => length).join())
})

void t.test('a few that arrive while a commit is under way wait for it, many are made ready beside it', async t => {
  const { groups, open, group } = held()
  const first = group.add(0)
  await until(() => groups.length === 1)
  const few = [1, 2].map(group.add)
  await sleep(5)
  t.same(groups, [[0]])
  const many = upTo(30).map(group.add)
  await sleep(5)
  t.same(groups, [[0], [1, 2, ...upTo(30)]])
  const more = upTo(100).map(group.add)
  await sleep(5)
  t.equal(groups.length, 2, 'never more than two')
  open[0]?.()
  t.equal(await first, 0)
  await sleep(5)
  t.equal(groups.length, 3)
  open[1]?.()
  open[2]?.()
  t.same(await Promise.all([...few, ...many, ...more]), [1, 2, ...upTo(30), ...upTo(100)].map(work => work * 2))
})

void t.test('where many came together, those that come one by one are gathered to as many', async t => {
  const { groups, open, group } = held(() => 0)
  const answers = upTo(10).map(group.add)
  await sleep(5)
  open[0]?.()
  await Promise.all(answers)
  for (const work of upTo(10)) {
    t.equal(groups.length, 1)
    answers.push(group.add(work))
    await sleep(3) // several turns of the event loop
  }
  await sleep(5)
  t.same(groups, [upTo(10), upTo(10)])
  open[1]?.()
  await Promise.all(answers)
})

void t.test('and wait for no more than a moment where fewer come, which from then on are enough', async t => {
  let time = 0
  const { groups, open, group } = held(() => time)
  const answers = upTo(10).map(group.add)
  await sleep(5)
  open[0]?.()
  await Promise.all(answers)
  answers.push(group.add(1))
  await sleep(20)
  t.equal(groups.length, 1)
  time = 2
  await sleep(20)
  t.same(groups.slice(1), [[1]])
  open[1]?.()
  await Promise.all(answers)
  const lonely = group.add(2)
  await sleep(20)
  t.same(groups.slice(2), [[2]])
  open[2]?.()
  t.equal(await lonely, 4)
})

void t.test('work that cannot be done fails alone', async t => {
  const group = createGroup<number, number>(async works => {
    if (works.includes(2)) throw new Error('poison')
    return works
  })
  t.same((await Promise.allSettled([1, 2, 3].map(group.add))).map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])
  t.equal(await group.add(4), 4)
})

void t.test('a server that is away fails all that waited for it with one try, and those who come later have their own', async t => {
  let tries = 0
  const away = Promise.withResolvers<number[]>()
  const group = createGroup<number, number>(works => ++tries === 1 ? away.promise : Promise.resolve([...works]))
  const first = group.add(1)
  await sleep(5)
  const waiting = [2, 3].map(group.add)
  const refused = Promise.all([first, ...waiting].map(one => t.rejects(one, { code: 'JOURNAL_UNAVAILABLE' })))
  away.reject(new Failure('JOURNAL_UNAVAILABLE'))
  await refused
  t.equal(tries, 1)
  t.equal(await group.add(4), 4)
})

void t.test('closing ends what was taken, and takes nothing more', async t => {
  const { groups, open, group } = held()
  const answers = [group.add(1)]
  await until(() => groups.length === 1)
  answers.push(group.add(2))
  const closing = group.close()
  await t.rejects(group.add(3), { code: 'JOURNAL_UNAVAILABLE' })
  open[0]?.()
  await sleep(5)
  open[1]?.()
  await closing
  t.same(await Promise.all(answers), [2, 4])
  t.same(groups, [[1], [2]])
})
