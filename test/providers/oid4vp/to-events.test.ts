import { Ajv } from 'ajv'
import { test } from 'tap'
import type { Callback, JsonObject } from '../../../src/domain/callback.ts'
import { createEventValidators } from '../../../src/delivery/event-validators.ts'
import { channelOf, callbackOf, openOid4vp, state } from './open.ts'

const provider = openOid4vp()
const validators = createEventValidators([provider])
const signal = new AbortController().signal

async function verdictOf (callback: Callback) {
  const result = await provider.fetchResult(callback, signal)
  return { status: result.status, verdict: provider.toEvents({ callback, result, age: 0, asks: 0 }) }
}

const text = '{"type":["VerifiablePresentation"]}'
const cases: readonly (readonly [claim: string, given: JsonObject, status: string, event: string, data: JsonObject])[] = [
  ['a presentation', { vp_token: text, presentation_submission: '{"id":"s"}', onboarded: true }, 'PRESENTED', 'completed',
    { vpToken: text, presentationSubmission: '{"id":"s"}', onboarded: true, verified: false }],
  ['a presentation for DCQL', { vp_token: { a: ['x'] } }, 'PRESENTED', 'completed', { vpToken: '{"a":["x"]}', verified: false }],
  ['an error', { error: 'access_denied', error_description: 'The user declined.' }, 'WALLET_ERROR', 'failed',
    { stage: 'wallet', error: 'access_denied', errorDescription: 'The user declined.', final: true }],
  ['a description alone', { error_description: 'No.' }, 'WALLET_ERROR', 'failed', { stage: 'wallet', error: 'access_denied', errorDescription: 'No.', final: true }],
]

void test('each response is told once, for good, and nobody is asked', async t => {
  for (const [claim, given, status, event, data] of cases) {
    const callback = callbackOf(given)
    const told = await verdictOf(callback)
    const [draft] = told.verdict.events
    t.equal(told.status, status, claim)
    t.equal(told.verdict.events.length, 1, `${claim}: one event`)
    t.equal(told.verdict.askAgainIn, undefined, `${claim}: not asked again`)
    t.match(draft, { status: event, final: true }, claim)
    t.strictSame(draft?.data, { state, ...event === 'completed' && { responseCode: callback.reply?.response_code }, ...data }, `${claim}: its data`)
    t.equal(validators.faultOf('oid4vp', event as 'completed', draft?.data ?? {}), undefined, `${claim}: meets its schema`)
  }
})

void test('the same response gives the same verdict', async t => {
  const callback = callbackOf({ vp_token: text })
  t.strictSame(await verdictOf(callback), await verdictOf(callback))
})

void test('the schemas are strict', async t => {
  const data = { state, responseCode: 'r', vpToken: text, verified: false }
  for (const wrong of [{ ...data, vp_token: text }, { ...data, verified: 'no' }, { ...data, vpToken: { type: [] } }, { ...data, vpToken: '' }, { ...data, responseCode: undefined }]) {
    t.type(validators.faultOf('oid4vp', 'completed', wrong), 'string', JSON.stringify(wrong))
  }
  const failed = { state, stage: 'wallet', error: 'access_denied', final: true }
  for (const wrong of [{ ...failed, stage: 'elsewhere' }, { ...failed, error: '' }, { ...failed, vpToken: text }, { ...failed, final: undefined }]) {
    t.type(validators.faultOf('oid4vp', 'failed', wrong), 'string', JSON.stringify(wrong))
  }
})

void test('every documented example can be taken and told', async t => {
  const meetsSchema = new Ajv({ allErrors: true, strict: false }).compile(channelOf().parameters)
  for (const [name, example] of Object.entries(channelOf().examples)) {
    t.ok(meetsSchema(example), name)
    t.strictSame(channelOf().faultsOf?.(example), [], name)
    const { verdict } = await verdictOf(callbackOf(example))
    const [draft] = verdict.events
    t.equal(validators.faultOf('oid4vp', draft?.status ?? 'pending', draft?.data ?? {}), undefined, name)
  }
})
