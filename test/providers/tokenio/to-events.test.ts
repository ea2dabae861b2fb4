import { Ajv } from 'ajv'
import { test } from 'tap'
import type { Callback, JsonObject } from '../../../src/domain/callback.ts'
import type { Result } from '../../../src/domain/result.ts'
import { grpcCodes } from '../../../src/providers/tokenio/grpc.ts'
import type { Verdict } from '../../../src/providers/provider.ts'
import { callbackOf, encode, id, openTokenio } from './open.ts'

const provider = openTokenio()
const ajv = new Ajv({ strict: true })
const validators = new Map(Object.entries(provider.events).map(([status, schema]) => [status, ajv.compile(schema as object)]))
const both = { 'request-id': id, request_id: id }
const otp = { id: 'otp', description: 'One-time passcode' }
const phone = { description: 'Please, authorize payment using mobile device.', type: 'DECOUPLED' }

const plain = callbackOf(both)
const away = callbackOf({ ...both, error: '14', message: 'Bank is unavailable', 'trace-id': 'idm45Ag1X8D8Kvdw' })
const passcode = callbackOf({ ...both, 'credential-fields': encode({ fields: [otp] }) })
const decoupled = callbackOf({ ...both, 'credential-fields': encode({ fields: [phone] }) })
const entered: Callback = { ...plain, channel: 'back', parameters: { answered: 'AUTHENTICATED', submission: 'e/0' } }
const more: Callback = { ...plain, channel: 'back', parameters: { fields: [otp], submission: 'e/0' } }
const unavailable = { code: 14, name: 'UNAVAILABLE', message: 'Bank is unavailable' }
const minute = 60_000
const deadline = 2_100_000

const is = (status: string, data: JsonObject = {}): Result => ({ status, data })

/** The verdict, each of its events checked against its own schema. */
function ask (callback: Callback, result: Result, { age = 0, asks = 0 } = {}): Verdict {
  const verdict = provider.toEvents({ callback, result, age, asks })
  for (const { status, data } of verdict.events) {
    const validate = validators.get(status)
    if (!validate?.(JSON.parse(JSON.stringify(data)))) throw new Error(`${status}: ${ajv.errorsText(validate?.errors)}`)
  }
  return verdict
}

interface Row {
  readonly claim: string
  readonly callback: Callback
  readonly result: Result
  readonly at?: { readonly age?: number, readonly asks?: number }
  readonly status: string
  readonly data: JsonObject
  readonly final: boolean
  readonly gist: string | RegExp
  readonly askAgainIn?: number
}

const done = { tokenId: 'ta:1', transferId: 'tt:2', standingOrderSubmissionId: 's:3', bankId: 'ob-modelo', statusReasonInformation: 'The Token request has been processed.' }
const notNow = { tokenRequestId: id, confirmed: false, retriable: false }

const rows: readonly Row[] = [
  { claim: 'PROCESSED completes', callback: plain, result: is('PROCESSED', done), status: 'completed', data: { tokenRequestId: id, status: 'PROCESSED', ...done }, final: true, gist: 'completed' },
  { claim: 'PROCESSED completes without anything else', callback: plain, result: is('PROCESSED', { traceId: 'x' }), status: 'completed', data: { tokenRequestId: id, status: 'PROCESSED' }, final: true, gist: 'completed' },
  { claim: 'a forged error turns no processed request into a failed one', callback: away, result: is('PROCESSED', { tokenId: 'ta:1' }), at: { age: 2 * deadline }, status: 'completed', data: { tokenRequestId: id, status: 'PROCESSED', tokenId: 'ta:1' }, final: true, gist: 'completed' },
  { claim: 'forged fields hold up no processed request', callback: passcode, result: is('PROCESSED'), status: 'completed', data: { tokenRequestId: id, status: 'PROCESSED' }, final: true, gist: 'completed' },
  { claim: 'REJECTED fails', callback: plain, result: is('REJECTED', { statusReasonInformation: 'Declined', traceId: 't1' }), status: 'failed', data: { ...notNow, confirmed: true, reason: 'REJECTED', traceId: 't1', statusReasonInformation: 'Declined' }, final: true, gist: 'failed:REJECTED' },
  { claim: 'REJECTED says the error of the callback', callback: away, result: is('REJECTED', { traceId: 't1' }), status: 'failed', data: { tokenRequestId: id, reason: 'REJECTED', confirmed: true, retriable: true, error: unavailable, traceId: 'idm45Ag1X8D8Kvdw' }, final: true, gist: 'failed:REJECTED:14' },
  { claim: 'EXPIRED fails', callback: plain, result: is('EXPIRED'), status: 'failed', data: { ...notNow, confirmed: true, reason: 'EXPIRED' }, final: true, gist: 'failed:EXPIRED' },
  { claim: 'EXPIRED ends a passcode step', callback: passcode, result: is('EXPIRED'), status: 'failed', data: { ...notNow, confirmed: true, reason: 'EXPIRED' }, final: true, gist: 'failed:EXPIRED' },
  ...['PENDING', 'UNKNOWN', 'PROCESSING', 'SOMETHING_NEW'].map(status => ({ claim: `${status} is pending`, callback: plain, result: is(status), status: 'pending', data: { tokenRequestId: id, status }, final: false, gist: 'pending', askAgainIn: 1000 })),
  { claim: 'an error that is not confirmed is pending at first', callback: away, result: is('PENDING'), status: 'pending', data: { tokenRequestId: id, status: 'PENDING', error: unavailable }, final: false, gist: 'pending:14', askAgainIn: 1000 },
  { claim: 'the minute is not passed over', callback: away, result: is('PENDING'), at: { age: 59_000, asks: 6 }, status: 'pending', data: { tokenRequestId: id, status: 'PENDING', error: unavailable }, final: false, gist: 'pending:14', askAgainIn: 1000 },
  { claim: 'an error that is not confirmed fails after a minute, and is asked for on', callback: away, result: is('PENDING', { statusReasonInformation: 'waiting' }), at: { age: minute, asks: 6 }, status: 'failed', data: { tokenRequestId: id, reason: 'CALLBACK_ERROR', confirmed: false, retriable: true, error: unavailable, traceId: 'idm45Ag1X8D8Kvdw' }, final: false, gist: 'failed:CALLBACK_ERROR:14', askAgainIn: 90_000 },
  { claim: 'an error that is not confirmed ends silently at the deadline', callback: away, result: is('PENDING'), at: { age: deadline, asks: 30 }, status: 'failed', data: { tokenRequestId: id, reason: 'CALLBACK_ERROR', confirmed: false, retriable: true, error: unavailable, traceId: 'idm45Ag1X8D8Kvdw' }, final: false, gist: 'failed:CALLBACK_ERROR:14' },
  { claim: 'a passcode is required', callback: passcode, result: is('PENDING'), status: 'credentials-required', data: { tokenRequestId: id, decoupled: false, fields: [otp] }, final: false, gist: /^credentials-required:[\w-]{22}$/, askAgainIn: 1000 },
  { claim: 'a confirmation elsewhere is required', callback: decoupled, result: is('PENDING'), at: { age: 2000, asks: 1 }, status: 'credentials-required', data: { tokenRequestId: id, decoupled: true, fields: [phone] }, final: false, gist: /^credentials-required:[\w-]{22}$/, askAgainIn: 2000 },
  { claim: 'the deadline is not passed over', callback: plain, result: is('PENDING'), at: { age: deadline - 5000, asks: 30 }, status: 'pending', data: { tokenRequestId: id, status: 'PENDING' }, final: false, gist: 'pending', askAgainIn: 5000 },
  { claim: 'nothing final in time fails, unconfirmed', callback: plain, result: is('PENDING'), at: { age: deadline, asks: 30 }, status: 'failed', data: { ...notNow, reason: 'RESULT_TIMEOUT' }, final: false, gist: 'failed:RESULT_TIMEOUT' },
  { claim: 'a passcode that nobody entered fails, unconfirmed', callback: passcode, result: is('PENDING'), at: { age: deadline + 1, asks: 30 }, status: 'failed', data: { ...notNow, reason: 'RESULT_TIMEOUT' }, final: false, gist: 'failed:RESULT_TIMEOUT' },
]

void test('every status, beside every kind of callback, has its event', async t => {
  for (const { claim, callback, result, at, status, data, final, gist, askAgainIn } of rows) {
    const verdict = ask(callback, result, at)
    const [event] = verdict.events
    t.equal(verdict.events.length, 1, claim)
    t.strictSame({ status: event?.status, data: event?.data, final: event?.final, askAgainIn: verdict.askAgainIn }, { status, data, final, askAgainIn }, claim)
    t.match(event?.gist, gist, claim)
  }
})

void test('what the user entered is no news for subscribers, until there is a result; more that is asked for is', async t => {
  for (const [claim, callback, result, at, statuses, askAgainIn] of [
    ['open', entered, is('PENDING'), {}, [], 1000],
    ['open for a while: the user watches', entered, is('PENDING'), { age: 100_000, asks: 9 }, [], 5000],
    ['open for long', entered, is('PENDING'), { age: 200_000, asks: 30 }, [], 90_000],
    ['done', entered, is('PROCESSED'), {}, ['completed'], undefined],
    ['refused', entered, is('REJECTED'), {}, ['failed'], undefined],
    ['too late', entered, is('PENDING'), { age: deadline }, ['failed'], undefined],
    ['more is asked for', more, is('PENDING'), {}, ['credentials-required'], 1000],
    ['on the phone: the user watches', decoupled, is('PENDING'), { age: 100_000, asks: 9 }, ['credentials-required'], 5000],
  ] as const) {
    const verdict = ask(callback, result, at)
    t.strictSame([verdict.events.map(({ status }) => status), verdict.askAgainIn], [statuses, askAgainIn], claim)
  }
})

const names: readonly (readonly [code: number, name: string, retriable: boolean])[] = [
  [1, 'CANCELLED', false], [2, 'UNKNOWN', false], [3, 'INVALID_ARGUMENT', false], [4, 'DEADLINE_EXCEEDED', false], [5, 'NOT_FOUND', false], [6, 'ALREADY_EXISTS', false],
  [7, 'PERMISSION_DENIED', false], [8, 'RESOURCE_EXHAUSTED', false], [9, 'FAILED_PRECONDITION', false], [10, 'ABORTED', false], [11, 'OUT_OF_RANGE', false],
  [12, 'UNIMPLEMENTED', false], [13, 'INTERNAL', false], [14, 'UNAVAILABLE', true], [15, 'DATA_LOSS', false], [16, 'UNAUTHENTICATED', false],
]

void test('every gRPC code has its name and its word on trying again', async t => {
  for (const [code, name, retriable] of names) {
    for (const error of [String(code), name]) {
      const callback = callbackOf({ ...both, error, message: 'Said by the bank' })
      const [event] = ask(callback, is('REJECTED')).events
      t.strictSame(event?.data, { tokenRequestId: id, reason: 'REJECTED', confirmed: true, retriable, error: { code, name, message: 'Said by the bank' } }, `${error} → ${name}`)
    }
    t.match(grpcCodes[code]?.meaning, /^[A-Z].+\.$/, `${name} has a meaning in words`)
  }
})

void test('errors that gRPC does not know are passed on and not retriable', async t => {
  const given: readonly (readonly [string, JsonObject])[] = [
    ['99', { code: 99, name: 'UNRECOGNIZED', message: 'The authorization failed.' }],
    ['EXCEPTION_INITIATE_BANK_AUTH', { code: 'EXCEPTION_INITIATE_BANK_AUTH', name: 'EXCEPTION_INITIATE_BANK_AUTH', message: 'The authorization failed.' }],
    ['PermissionDenied', { code: 7, name: 'PERMISSION_DENIED', message: 'The bank denied access; the user must authorize again.' }],
    ['canceled', { code: 1, name: 'CANCELLED', message: 'The authorization was cancelled.' }],
  ]
  for (const [error, expected] of given) {
    const [event] = ask(callbackOf({ ...both, error }), is('REJECTED')).events
    t.strictSame([event?.data.error, event?.data.retriable], [expected, false], error)
  }
})

void test('a pending result is asked for quickly at first, then every 90 s, until the deadline', async t => {
  const pace: (number | undefined)[] = []
  let age = 0
  for (let asks = 0; asks < 60; asks++) {
    const { askAgainIn } = ask(plain, is('PENDING'), { age, asks })
    pace.push(askAgainIn)
    if (askAgainIn === undefined) break
    age += askAgainIn
  }
  t.strictSame(pace.slice(0, 9), [1000, 2000, 4000, 8000, 15_000, 30_000, 60_000, 90_000, 90_000])
  t.equal(age, deadline, 'the last ask is at the deadline')
  t.equal(pace.at(-1), undefined)
})

void test('asks in a row that bring nothing new have one gist', async t => {
  const gists = (callback: Callback, ages: readonly number[]) => ages.map((age, asks) => ask(callback, is(asks % 2 ? 'PENDING' : 'PROCESSING'), { age, asks }).events[0]?.gist)
  t.equal(new Set(gists(plain, [0, 1000, 3000, minute])).size, 1)
  t.equal(new Set(gists(passcode, [0, 1000, 3000, minute])).size, 1)
  t.strictSame(gists(away, [0, 1000, minute, 3 * minute]), ['pending:14', 'pending:14', 'failed:CALLBACK_ERROR:14', 'failed:CALLBACK_ERROR:14'])
  t.not(gists(passcode, [0])[0], gists(decoupled, [0])[0], 'other fields are something new')
})

void test('a short deadline shortens the grace of an error too', async t => {
  const hasty = openTokenio({ TOKENIO_RESULT_DEADLINE_SECONDS: 10 })
  t.equal(hasty.toEvents({ callback: away, result: is('PENDING'), age: 5000, asks: 6 }).askAgainIn, 5000)
  const verdict = hasty.toEvents({ callback: away, result: is('PENDING'), age: 10_000, asks: 7 })
  t.match(verdict, { events: [{ status: 'failed', data: { reason: 'CALLBACK_ERROR' } }], askAgainIn: undefined })
})

void test('a callback that came back from the journal gives the same verdict', async t => {
  for (const callback of [plain, away, passcode, decoupled]) {
    const kept = JSON.parse(JSON.stringify(callback)) as Callback
    t.strictSame(ask(kept, is('PENDING')), ask(callback, is('PENDING')))
  }
})
