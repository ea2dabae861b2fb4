import * as fc from 'fast-check'
import t from 'tap'
import { openFace } from './open-face.ts'
import { routeClaim } from './route-claim.ts'

void t.test('whatever is sent to any operation is answered as the document says, and by no fault of the service', async t => {
  const { app, token, lines } = await openFace(t)
  const { failed, counterexample, seed, errorInstance } = await fc.check(routeClaim(app, token), { numRuns: 400 })
  t.equal(failed, false, failed ? `seed ${seed}: ${JSON.stringify(counterexample)} ${String((errorInstance as Error | undefined)?.message)}` : '')
  t.notMatch(lines.join(''), /"level":[56]0/)
})
