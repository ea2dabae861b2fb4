import * as fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import type { Answer } from '../openapi/check.ts'
import { buildOps } from '../../src/ops.ts'
import { openFace } from './open-face.ts'
import { routeClaim, type Face, type Sent } from './route-claim.ts'

void t.test('whatever is sent to any operation is answered as the document says, and by no fault of the service', async t => {
  const { app, token, lines } = await openFace(t)
  await holds(t, app, token, 'public')
  t.notMatch(lines.join(''), /"level":[56]0/)
})

void t.test('so is whatever is sent to the ops listener', async t => {
  const { parts: { checks, journal }, log, lines } = await openFace(t)
  const token = 'sesame-sesame-sesame'
  const ops = await buildOps({ checks, journal, log, token })
  t.teardown(() => ops.close())
  await holds(t, ops, token, 'ops')
  t.notMatch(lines.join(''), /"level":[56]0/)
})

async function holds (t: Test, app: FastifyInstance, token: string, face: Face): Promise<void> {
  const send = async ({ method, url, headers, body }: Sent): Promise<Answer> => {
    const reply = await app.inject({ method: method as 'GET', url, headers, ...body === undefined ? {} : { payload: body } })
    return { status: reply.statusCode, headers: reply.headers as Answer['headers'], body: reply.body }
  }
  const { failed, counterexample, seed, errorInstance } = await fc.check(routeClaim(send, token, face), { numRuns: 400 })
  t.equal(failed, false, failed ? `seed ${seed}: ${JSON.stringify(counterexample)} ${String((errorInstance as Error | undefined)?.message)}` : '')
}
