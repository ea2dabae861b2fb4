import { test } from 'tap'
import type { JsonObject } from '../../../src/domain/callback.ts'
import { newResponseCode } from '../../../src/providers/oid4vp/response-code.ts'
import { toCallback } from '../../../src/providers/oid4vp/to-callback.ts'
import { state, traceparent } from './open.ts'

const presentation = { type: ['VerifiablePresentation'], holder: 'did:key:zQ3s' }
const text = JSON.stringify(presentation)
const submission = '{"id":"s","definition_id":"d","descriptor_map":[]}'

const responses: readonly (readonly [claim: string, given: JsonObject, parameters: JsonObject])[] = [
  ['Presentation Exchange', { vp_token: text, presentation_submission: submission }, { vpToken: text, presentationSubmission: submission }],
  ['DCQL', { vp_token: '{"pid":["e30"]}' }, { vpToken: '{"pid":["e30"]}' }],
  ['a bare JWT', { vp_token: 'eyJh.b.c' }, { vpToken: 'eyJh.b.c' }],
  ['a quoted JWT', { vp_token: '"eyJh.b.c"' }, { vpToken: '"eyJh.b.c"' }],
  ['JSON text keeps its spaces', { vp_token: '{ "a": 1.0 }' }, { vpToken: '{ "a": 1.0 }' }],
  ['an object', { vp_token: presentation }, { vpToken: text }],
  ['an array', { vp_token: [presentation, 'eyJh.b.c'] }, { vpToken: `[${text},"eyJh.b.c"]` }],
  ['a new user', { vp_token: text, onboarded: true }, { vpToken: text, onboarded: true }],
  ['no new user', { vp_token: text, onboarded: false }, { vpToken: text, onboarded: false }],
  ['a new user, of a form', { vp_token: text, onboarded: 'true' }, { vpToken: text, onboarded: true }],
  ['no new user, of a form', { vp_token: text, onboarded: 'false' }, { vpToken: text, onboarded: false }],
  ['empty parameters are none', { vp_token: text, presentation_submission: '', error: '', error_description: ' ' }, { vpToken: text }],
  ['a description without an error, beside data', { vp_token: text, error_description: 'fine' }, { vpToken: text }],
  ["Iota's own code beside data", { vp_token: text, response_code: 'abc' }, { vpToken: text }],
  ['anything else is not kept', { vp_token: text, iss: 'https://wallet.example', id_token: 'x' }, { vpToken: text }],
  ['an error', { error: 'access_denied' }, { error: 'access_denied' }],
  ['an error with its description', { error: 'vp_formats_not_supported', error_description: 'é&=' }, { error: 'vp_formats_not_supported', errorDescription: 'é&=' }],
  ["a wallet's own error", { error: 'user_on_the_moon' }, { error: 'user_on_the_moon' }],
  ['a description alone', { error_description: 'No.' }, { error: 'access_denied', errorDescription: 'No.' }],
  ['a description beside an empty error and empty data', { error: '', vp_token: '', error_description: 'No.' }, { error: 'access_denied', errorDescription: 'No.' }],
  ['an error and data: the error holds, and the data is not kept', { error: 'server_error', vp_token: text, presentation_submission: submission }, { error: 'server_error' }],
]

void test('every response becomes one normalised callback, which is taken once', async t => {
  for (const [claim, given, parameters] of responses) {
    const expected = { provider: 'oid4vp', channel: 'back', key: state, parameters, singleUse: true, traceparent }
    const { reply, ...callback } = toCallback({ state, ...given }, traceparent)
    t.strictSame(callback, expected, claim)
    t.match(reply, { response_code: /^[\w-]{32}$/ }, claim)
  }
})

void test('a repeat has the same parameters in the same order, whatever order and media type they came in', async t => {
  const json = { onboarded: true, presentation_submission: submission, vp_token: text, state }
  const form = { vp_token: text, state, onboarded: 'true', presentation_submission: submission }
  t.equal(JSON.stringify(toCallback(json, traceparent).parameters), JSON.stringify(toCallback(form, traceparent).parameters))
})

void test('every callback has a response code of its own, of 192 bits', async t => {
  const codes = Array.from({ length: 1000 }, () => newResponseCode())
  t.equal(new Set(codes).size, 1000)
  t.ok(codes.every(code => /^[A-Za-z0-9_-]{32}$/.test(code)))
  t.not(toCallback({ state, vp_token: text }, traceparent).reply?.response_code, toCallback({ state, vp_token: text }, traceparent).reply?.response_code)
})
