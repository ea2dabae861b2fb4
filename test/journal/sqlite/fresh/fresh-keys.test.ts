import t from 'tap'
import { createFreshKeys, mostCallbacks } from '../../../../src/journal/sqlite/fresh/fresh-keys.ts'
import { freshOf, toldOf } from './fresh-of.ts'

void t.test('a key stands in one line at a time, and is counted', async t => {
  const keys = createFreshKeys()
  const fresh = freshOf(1)
  const lines = () => [keys.waiting('tokenio').first(), keys.told.first(), keys.done.first()].map(first => first === fresh)
  keys.add(fresh)
  t.same([lines(), keys.count()], [[true, false, false], { waiting: 1, unpublished: 0, oldestWaiting: 1 }])
  keys.hold(fresh, 'asked', 10)
  t.same(lines(), [false, false, false])
  keys.move(fresh, 'told', () => { fresh.told = toldOf(undefined, undefined) })
  t.same([lines(), keys.count()], [[false, true, false], { waiting: 1, unpublished: 2, oldestWaiting: 1 }])
  keys.move(fresh, 'done', () => { fresh.told = toldOf(60, 60) })
  t.same([lines(), keys.count()], [[false, false, true], { waiting: 0, unpublished: 0, oldestWaiting: undefined }])
  keys.remove(fresh).forget()
  t.same([lines(), keys.size(), keys.of('tokenio', 'k1')], [[false, false, false], 0, undefined])
  t.same([fresh.callback, fresh.told], [undefined, undefined], 'nothing of it stays in memory')
})

for (const stage of ['waiting', 'asked', 'told', 'sent', 'done'] as const) {
  void t.test(`what is taken back while a key is ${stage} is as it was, its claim too`, async t => {
    const keys = createFreshKeys()
    const [fresh, later] = [freshOf(1, stage === 'waiting' || stage === 'asked' ? {} : { told: toldOf(stage === 'done' ? 60 : undefined) }), freshOf(2)]
    keys.add(fresh)
    keys.add(later)
    if (stage === 'asked' || stage === 'sent') keys.hold(fresh, stage, 100)
    else keys.move(fresh, stage)
    const before = [keys.count(), keys.size(), keys.firstSheet()]
    const moveBack = keys.move(fresh, 'told', () => { fresh.attempt = 5 })
    const { restore } = keys.remove(fresh)
    t.same([keys.oldest.first()?.seq, keys.firstSheet()], [2, 2])
    restore()
    moveBack(() => { fresh.attempt = 0 })
    t.same([keys.count(), keys.size(), keys.firstSheet()], before)
    t.same([fresh.stage, fresh.attempt, keys.oldest.first()?.seq, keys.of('tokenio', 'k1')?.seq], [stage, 0, 1, 1])
    keys.expire(99)
    t.equal(fresh.stage, stage)
    keys.expire(100)
    t.equal(fresh.stage, stage === 'asked' ? 'waiting' : stage === 'sent' ? 'told' : stage)
  })
}

void t.test('only so many callbacks stay in memory, also of those that wait again', async t => {
  const keys = createFreshKeys()
  const all = Array.from({ length: mostCallbacks + 10 }, (_, i) => freshOf(i + 1))
  for (const fresh of all.slice(0, 10)) {
    keys.add(fresh)
    keys.hold(fresh, 'asked', 1)
  }
  for (const fresh of all.slice(10)) keys.add(fresh)
  keys.expire(1)
  t.equal(all.filter(({ callback }) => callback !== undefined).length, mostCallbacks)
})

void t.test('a key of several providers is found as all of them', async t => {
  const keys = createFreshKeys()
  for (const provider of ['tokenio', 'oid4vp']) keys.add(freshOf(1, { provider }))
  t.same(keys.ofAll('k1').map(({ provider }) => provider), ['tokenio', 'oid4vp'])
  t.same(keys.ofAll('k2'), [])
})
