import t from 'tap'
import { createPace } from '../../src/routes/pace.ts'

void t.test('each name has its own minute, counted from its first request', async t => {
  let now = 1_000_000
  const wait = createPace({ perMinute: 2, most: 10, now: () => now })
  t.same([wait('a'), wait('a'), wait('b')], [undefined, undefined, undefined])
  now += 20_000
  t.equal(wait('a'), 40_000)
  t.equal(wait('b'), undefined)
  now += 39_999
  t.equal(wait('a'), 1)
  now += 1
  t.same([wait('a'), wait('a'), wait('a')], [undefined, undefined, 60_000], 'and again')
})

void t.test('so many are remembered: whoever asked longest ago is forgotten', async t => {
  const wait = createPace({ perMinute: 1, most: 2, now: () => 0 })
  for (const [name, refused] of [['a', false], ['a', true], ['b', false], ['a', true], ['c', false], ['a', true], ['b', false]] as const) {
    t.equal(wait(name) !== undefined, refused, name)
  }
})

void t.test('a clock that is set back lets nobody wait for longer than it takes to be right again', async t => {
  let now = 1_000_000
  const wait = createPace({ perMinute: 1, most: 2, now: () => now })
  wait('a')
  now -= 5000
  t.equal(wait('a'), 65_000)
})
