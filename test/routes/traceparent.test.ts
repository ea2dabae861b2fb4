import t from 'tap'
import { traceIdOf, traceparentOf } from '../../src/routes/traceparent.ts'

const given = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

void t.test('a well-formed traceparent is kept', async t => {
  t.equal(traceparentOf(given), given)
  t.equal(traceIdOf(given), '4bf92f3577b34da6a3ce929d0e0e4736')
})

void t.test('anything else is replaced by a fresh one', async t => {
  for (const header of [undefined, '', 'x', given.toUpperCase(), given.replace('00-', 'ff-'), `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`, [given, given]]) {
    const made = traceparentOf(header)
    t.match(made, /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
    t.not(made, header)
  }
})

void t.test('no two fresh ones are alike', async t => {
  t.equal(new Set(Array.from({ length: 1000 }, () => traceIdOf(traceparentOf(undefined)))).size, 1000)
})
