import { test } from 'tap'
import type { Callback, JsonObject } from '../../src/domain/callback.ts'
import { createPlay } from '../../src/sandbox/play.ts'

const sent = (parameters: JsonObject, key = 'rq:1'): Callback => ({ provider: 'tokenio', channel: 'front', key, parameters, traceparent: '' })
const error = { error: { code: 14, name: 'UNAVAILABLE', message: 'Bank is unavailable' } }
const passcode = { fields: [{ id: 'otp' }] }
const decoupled = { fields: [{ type: 'DECOUPLED' }] }

interface Step { readonly at: number, readonly sends?: JsonObject, readonly status: string }

const rows: readonly (readonly [claim: string, steps: readonly Step[]])[] = [
  ['a request of which no callback was seen is done', [{ at: 0, status: 'PROCESSED' }]],
  ['a plain callback says that it is done', [{ at: 0, sends: {}, status: 'PROCESSED' }]],
  ['an error rejects', [{ at: 0, sends: error, status: 'REJECTED' }]],
  ['a passcode takes 20 s', [{ at: 0, sends: passcode, status: 'PENDING' }, { at: 19_999, status: 'PENDING' }, { at: 20_000, status: 'PROCESSED' }]],
  ['the phone takes 10 s', [{ at: 0, sends: decoupled, status: 'PENDING' }, { at: 10_000, status: 'PROCESSED' }]],
  ['a repeat starts no new wait', [{ at: 0, sends: passcode, status: 'PENDING' }, { at: 15_000, sends: passcode, status: 'PENDING' }, { at: 20_000, status: 'PROCESSED' }]],
  ['the return after a passcode ends the wait', [{ at: 0, sends: passcode, status: 'PENDING' }, { at: 5000, sends: {}, status: 'PROCESSED' }]],
  ['an error after a passcode rejects', [{ at: 0, sends: passcode, status: 'PENDING' }, { at: 5000, sends: error, status: 'REJECTED' }]],
  ['a done request stays done', [{ at: 0, sends: {}, status: 'PROCESSED' }, { at: 1, sends: error, status: 'PROCESSED' }, { at: 2, sends: passcode, status: 'PROCESSED' }]],
  ['a rejected request stays rejected', [{ at: 0, sends: error, status: 'REJECTED' }, { at: 1, sends: {}, status: 'REJECTED' }]],
]

void test('the simulation knows what its own callbacks said', async t => {
  for (const [claim, steps] of rows) {
    let time = 0
    const play = createPlay({ now: () => time })
    for (const { at, sends, status } of steps) {
      time = at
      if (sends !== undefined) play.sent(sent(sends))
      t.equal(play.stateOf('rq:1').status, status, `${claim}: at ${at} ms`)
    }
  }
})

void test("a rejection says the error's words", async t => {
  const play = createPlay()
  play.sent(sent(error))
  t.strictSame(play.stateOf('rq:1'), { status: 'REJECTED', reason: 'Bank is unavailable' })
})

void test('only so many requests are remembered', async t => {
  const play = createPlay()
  for (let at = 0; at <= 10_000; at++) play.sent(sent(error, `rq:${at}`))
  t.equal(play.stateOf('rq:0').status, 'PROCESSED', 'the oldest is forgotten')
  t.equal(play.stateOf('rq:1').status, 'REJECTED')
  t.equal(play.stateOf('rq:10000').status, 'REJECTED')
})
