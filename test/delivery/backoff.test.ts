import t from 'tap'
import { createBackoff } from '../../src/delivery/backoff.ts'

void t.test('the first tries come after about 1, 2 and 4 s, with jitter from nothing to twice that', async t => {
  const lowest = createBackoff({ random: () => 0 })
  const middle = createBackoff({ random: () => 0.5 })
  const highest = createBackoff({ random: () => 1 })
  t.same([1, 2, 3].map(lowest), [0, 0, 0])
  t.same([1, 2, 3].map(middle), [1000, 2000, 4000])
  t.same([1, 2, 3].map(highest), [2000, 4000, 8000])
})

void t.test('no delay is longer than the cap, however long the streak', async t => {
  const backoff = createBackoff({ random: () => 1 })
  for (const streak of [10, 11, 31, 1000, Number.MAX_SAFE_INTEGER]) t.equal(backoff(streak), 15 * 60_000)
})

void t.test('the default number of attempts lasts about a day', async t => {
  const backoff = createBackoff({ random: () => 0.5 })
  let total = 0
  for (let streak = 1; streak < 200; streak++) total += backoff(streak)
  t.ok(total > 22 * 3_600_000 && total < 26 * 3_600_000, `${total / 3_600_000} h`)
})
