import t from 'tap'
import { inTime } from '../../../../src/providers/oid4vp/verify/in-time.ts'

void t.test('an act gives what it gives, and throws what it throws', async t => {
  t.equal(inTime(() => 7, 1000), 7)
  const own = new Error('own')
  t.throws(() => inTime(() => { throw own }, 1000), own)
})

void t.test('an act that would go on is ended, and the next one is not', async t => {
  for (const act of [() => /^(a+)+$/.test(`${'a'.repeat(50)}!`), () => { for (;;); }]) {
    t.throws(() => inTime(act, 20), { code: 'PRESENTATION_REFUSED', reason: 'query_unsupported' })
    t.equal(inTime(() => /^a+$/.test('aaa'), 1000), true)
  }
})
