import * as fc from 'fast-check'
import t from 'tap'
import { claims } from './properties.ts'

const numRuns = 200

for (const { claim, property } of claims) {
  void t.test(claim, async t => {
    const { failed, counterexample, seed, errorInstance } = await fc.check(property, { numRuns })
    t.equal(failed, false, failed ? `seed ${seed}: ${JSON.stringify(counterexample)} ${String((errorInstance as Error | undefined)?.stack)}` : '')
  })
}
