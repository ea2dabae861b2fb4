import { test } from 'tap'
import type { JsonObject } from '../../../src/domain/callback.ts'
import { faultsOf } from '../../../src/providers/oid4vp/faults-of.ts'
import { state } from './open.ts'

const deep = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as JsonObject[]

const faulty: readonly (readonly [claim: string, given: JsonObject, field: string, value: string])[] = [
  ['nothing at all', {}, 'vp_token', 'absent'],
  ['an empty presentation', { vp_token: '' }, 'vp_token', 'empty'],
  ['a blank presentation', { vp_token: ' ' }, 'vp_token', 'text, 1 characters'],
  ['a submission alone', { presentation_submission: '{}' }, 'vp_token', 'absent'],
  ['a code of a result kept elsewhere', { response_code: 'abcdef' }, 'response_code', 'text, 6 characters'],
  ['an encrypted response', { response: 'a.b.c.d.e' }, 'response', 'text, 9 characters'],
  ['a presentation cut off', { vp_token: '{"type":["Verif' }, 'vp_token', 'text, 15 characters'],
  ['a list cut off', { vp_token: ' [1' }, 'vp_token', 'text, 3 characters'],
  ['a quote left open', { vp_token: '"eyJh' }, 'vp_token', 'text, 5 characters'],
  ['a presentation that would alter prototypes', { vp_token: '{"__proto__":{}}' }, 'vp_token', 'text, 16 characters'],
  ['a presentation nested too deep', { vp_token: deep(100_000) }, 'vp_token', 'of type array'],
  ['a presentation nested too deep, as text', { vp_token: '['.repeat(66) + ']'.repeat(66) }, 'vp_token', 'text, 132 characters'],
  ['a submission that is no JSON', { vp_token: 'a.b.c', presentation_submission: '{' }, 'presentation_submission', 'text, 1 characters'],
  ['a submission that is a list', { vp_token: 'a.b.c', presentation_submission: '[]' }, 'presentation_submission', 'text, 2 characters'],
  ['a submission that is null', { vp_token: 'a.b.c', presentation_submission: 'null' }, 'presentation_submission', 'text, 4 characters'],
  ['a submission that is JSON text in quotes', { vp_token: 'a.b.c', presentation_submission: '"{}"' }, 'presentation_submission', 'text, 4 characters'],
]

void test('each fault has its row, and nothing that was sent is repeated in it', async t => {
  for (const [claim, given, field, value] of faulty) {
    t.match(faultsOf({ state, ...given }), [{ field, value, location: 'body', issue: /\w/ }], claim)
    t.equal(faultsOf({ state, ...given }).length, 1, `${claim}: one row`)
  }
})

void test('several faults have several rows', async t => {
  t.strictSame(faultsOf({ state, vp_token: '{', presentation_submission: '[]' }).map(({ field }) => field), ['vp_token', 'presentation_submission'])
  t.strictSame(faultsOf({ state, presentation_submission: '[]' }).map(({ field }) => field), ['vp_token', 'presentation_submission'])
})

const fine: readonly JsonObject[] = [
  { vp_token: '{"type":["VerifiablePresentation"]}' }, { vp_token: 'eyJh.b.c' }, { vp_token: '"eyJh.b.c"' }, { vp_token: 'o2d2ZXJzaW9u' }, { vp_token: {} }, { vp_token: deep(64) },
  { vp_token: 'a~b~', presentation_submission: ' {"id":"s"}' }, { vp_token: 'a~b~', presentation_submission: '' },
  { error: 'access_denied' }, { error_description: 'No.' }, { error: 'server_error', vp_token: '{', presentation_submission: '{' },
]

void test('what a wallet may send has no fault', async t => {
  for (const given of fine) t.strictSame(faultsOf({ state, ...given }), [], Object.keys(given).join(' '))
})

void test("members of a wrong type are left to the schema", async t => {
  for (const given of [{ error: 7 }, { error: ['a', 'b'] }, { error: null }]) t.strictSame(faultsOf({ state, ...given }), [], JSON.stringify(given))
})
