import t from 'tap'
import { createPacedFetch } from '../../src/delivery/paced-fetch.ts'
import type { Callback } from '../../src/domain/callback.ts'
import { asFailure, Failure } from '../../src/domain/failure.ts'

const { signal } = new AbortController()
const of = (key: string): Callback => ({ provider: 'toy', channel: 'back', key, parameters: {}, traceparent: '' })

/** A provider that knows the keys that begin with `k`; those that begin with `k1` are registered. */
function open (perMinute: number) {
  const asked: string[] = []
  let time = 0
  const fetchResult = createPacedFetch({
    provider: { fetchResult: async ({ key }) => { asked.push(key); if (key.startsWith('k')) return { status: 'X', data: {} }; throw new Failure('KEY_UNKNOWN') } },
    isRegistered: async ({ key }) => key.startsWith('k1'),
    perMinute,
    now: () => time,
  })
  const ask = async (key: string) => fetchResult(of(key), signal).then(() => 'known', (thrown: unknown) => asFailure(thrown).code)
  return { asked, ask, fetchResult, pass: (milliseconds: number) => { time += milliseconds } }
}

void t.test('a flood of unknown keys costs a bounded number of looks, while registered keys are asked for', async t => {
  const { asked, ask, pass } = open(60)
  for (let i = 0; i < 60; i++) t.equal(await ask(`u${i}`), 'KEY_UNKNOWN')
  for (let i = 0; i < 10_000; i++) await ask(`v${i}`)
  t.equal(asked.length, 60)
  t.equal(await ask('k1'), 'known', 'a registered key')
  t.equal(await ask('k2'), 'RATE_LIMITED', 'a known key that nobody registered waits')
  pass(1000)
  t.equal(await ask('k2'), 'known', 'and has its turn')
  t.equal(await ask('w'), 'KEY_UNKNOWN')
  t.equal(await ask('x'), 'RATE_LIMITED')
  pass(3_600_000)
  for (let i = 0; i < 200; i++) await ask(`y${i}`)
  t.equal(asked.filter(key => key.startsWith('y')).length, 60, 'an hour of rest saves up no more than a minute')
})

void t.test('known keys use up nothing', async t => {
  const { asked, ask } = open(1)
  for (let i = 0; i < 1000; i++) await ask(`k${i}`)
  t.equal(asked.length, 1000)
})

void t.test('who waits is told how long, and it is no attempt', async t => {
  const { ask, fetchResult } = open(60)
  for (let i = 0; i < 60; i++) await ask(`u${i}`)
  await t.rejects(fetchResult(of('v'), signal), { code: 'RATE_LIMITED', retry: true, counts: false, retryAfter: 1000 })
})
