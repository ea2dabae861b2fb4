import t from 'tap'
import { randomOf } from '../../src/database/random.ts'

void t.test('no bytes are given twice, also where the pool is filled anew', async t => {
  const drawn = Array.from({ length: 10_000 }, () => randomOf(12))
  t.ok(drawn.every(({ length }) => length === 12))
  t.equal(new Set(drawn.map(bytes => Buffer.from(bytes).toString('hex'))).size, drawn.length)
})
