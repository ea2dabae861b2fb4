import t from 'tap'
import { asFailure } from '../../src/domain/failure.ts'
import { createLimit } from '../../src/token/limit.ts'

/** How many of so many requests get through. */
function through (limit: ReturnType<typeof createLimit>, times: number, client = 'app-7', address = '192.0.2.1'): number {
  return Array.from({ length: times }, () => { try { limit(client, address); return 1 } catch { return 0 } }).reduce<number>((sum, one) => sum + one, 0)
}

void t.test('a client at an address gets a quarter of the pace, its address all of it', async t => {
  const limit = createLimit({ perMinute: 40, now: () => 0 })
  t.equal(through(limit, 100), 10)
  t.equal(through(limit, 100, 'app-7', '192.0.2.2'), 10, 'elsewhere it has its own')
  t.equal(through(createLimit({ perMinute: 40, now: () => 0 }), 5), 5)
  const other = createLimit({ perMinute: 40, now: () => 0 })
  t.equal([1, 2, 3, 4, 5, 6].reduce((sum, i) => sum + through(other, 10, `app-${i}`), 0), 40)
})

void t.test('who waits as long as it is told gets through', async t => {
  let time = 0
  const limit = createLimit({ perMinute: 40, now: () => time })
  through(limit, 10)
  const refusal = (() => { try { limit('app-7', '192.0.2.1'); return undefined } catch (thrown) { return asFailure(thrown) } })()
  t.match(refusal, { code: 'RATE_LIMITED', retryAfter: 6000 })
  time += refusal?.retryAfter ?? 0
  t.equal(through(limit, 3), 1)
  time += 3_600_000
  t.equal(through(limit, 100), 10, 'no more than a minute’s worth is gathered')
})

void t.test('however many ask, few are remembered', async t => {
  const limit = createLimit({ perMinute: 4, now: () => 0, most: 2 })
  t.equal(through(limit, 9), 1)
  for (let i = 0; i < 10; i++) through(limit, 1, 'app-1', `198.51.100.${i}`)
  t.equal(through(limit, 9), 1, 'forgotten meanwhile')
})
