import t from 'tap'
import type { JsonObject } from '../../../src/domain/callback.ts'
import { iotaEvent } from '../../../src/providers/oid4vp/iota-event.ts'
import { examples } from '../../../src/providers/oid4vp/examples.ts'
import { refusals } from '../../../src/providers/oid4vp/verify/refusal.ts'
import type { Asked } from '../../../src/providers/provider.ts'
import { heardBy, parsedAsDcql } from './iota-browser.ts'
import { openOid4vp } from './open.ts'

const correlationId = 'f2f3f4b6-43a1-4b7e-a07c-5a1a9a1d5a0e'
const connected = { connectionClientId: 'app-7', correlationId }
const { vp_token: vpToken, presentation_submission: presentationSubmission } = examples.presentation as { readonly vp_token: string, readonly presentation_submission: string }
const provider = openOid4vp()

async function told (parameters: JsonObject, incidental: JsonObject, refusals = 0) {
  const callback = { provider: 'oid4vp', channel: 'back', key: 's', parameters, incidental, reply: { response_code: 'r' }, traceparent: '00-0-0-00' } as const
  const asked: Asked = { callback, result: await provider.fetchResult(callback, new AbortController().signal), age: 0, asks: 0, refusals }
  const [draft] = provider.toEvents(asked).events
  if (draft === undefined) throw new Error('nothing is told')
  return { asked, draft }
}

void t.test("Affinidi's browser library hands a presentation to who waits for it", async t => {
  const { draft: { also } } = await told({ vpToken, presentationSubmission }, connected)
  t.match(also, { type: 'response-callback', topic: ['iota', 'v1', 'app-7'] })
  t.strictSame({ ...await heardBy(correlationId, also?.payload) }, { correlationId, verifiablePresentation: JSON.parse(vpToken), presentationSubmission: JSON.parse(presentationSubmission) })
})

void t.test('with DCQL the submission is absent, not empty', async t => {
  const event = { eventType: 'response-callback', correlationId, vpToken: '{"email_vc":[{}]}' }
  const { draft: { also } } = await told({ vpToken: event.vpToken }, connected)
  t.strictSame(also?.payload, event)
  t.strictSame(parsedAsDcql(also?.payload), event)
})

const errors: readonly (readonly [claim: string, issue: string, parameters: JsonObject, incidental?: JsonObject])[] = [
  ["a wallet's error", 'access_denied', { error: 'access_denied' }],
  ["a wallet's error with its words", 'server_error: Sorry.', { error: 'server_error', errorDescription: 'Sorry.' }],
  ...Object.keys(refusals).map(refusal => [`a presentation refused here: ${refusal}`, refusal, { refused: 'digest' }, { refusal }] as const),
]

void t.test("it tells of each error why, as an error of the request's own", async t => {
  for (const [claim, issue, parameters, incidental] of errors) {
    const { draft: { also } } = await told(parameters, { ...connected, ...incidental }, 1)
    t.match(also, { type: 'error', topic: ['iota', 'v1', 'app-7'] }, claim)
    await t.rejects(heardBy(correlationId, also?.payload), { code: 'DataRequestError', correlationId, issue }, claim)
  }
})

void t.test('nobody hears of it who did not connect, and nobody a presentation that stays here', async t => {
  const { draft } = await told({ vpToken: '{}' }, { correlationId })
  t.equal(draft.also, undefined)
  const { asked, draft: completed } = await told({ vpToken: '{}' }, connected)
  t.equal(iotaEvent(asked, completed, true), undefined)
})
