import * as fc from 'fast-check'
import t from 'tap'
import type { Answer } from '../openapi/check.ts'
import { openFace } from './open-face.ts'
import { routeClaim, type Sent } from './route-claim.ts'

void t.test('whatever is sent to any operation is answered as the document says, and by no fault of the service', async t => {
  const { app, token, lines } = await openFace(t)
  const send = async ({ method, url, headers, body }: Sent): Promise<Answer> => {
    const reply = await app.inject({ method: method as 'GET', url, headers, ...body === undefined ? {} : { payload: body } })
    return { status: reply.statusCode, headers: reply.headers as Answer['headers'], body: reply.body }
  }
  const { failed, counterexample, seed, errorInstance } = await fc.check(routeClaim(send, token), { numRuns: 400 })
  t.equal(failed, false, failed ? `seed ${seed}: ${JSON.stringify(counterexample)} ${String((errorInstance as Error | undefined)?.message)}` : '')
  t.notMatch(lines.join(''), /"level":[56]0/)
})
