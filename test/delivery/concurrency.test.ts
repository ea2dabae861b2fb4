import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { createConcurrency, type Concurrency } from '../../src/delivery/concurrency.ts'
import { Failure, type FailureCode } from '../../src/domain/failure.ts'

/** One round: so many calls at once, all answered alike. */
async function round (concurrency: Concurrency, calls: number, code?: FailureCode): Promise<void> {
  await Promise.allSettled(Array.from({ length: calls }, () => concurrency.call(async () => {
    await turn()
    if (code !== undefined) throw new Failure(code)
  })))
}

void t.test('a provider that answers, but takes its time, is asked for half as many more with each round, up to a limit', async t => {
  const concurrency = createConcurrency({ first: 4, most: 20, busy: () => 0 })
  t.equal(concurrency.limit(), 4)
  for (const expected of [6, 9, 13, 18, 20, 20]) {
    await round(concurrency, concurrency.limit())
    t.equal(concurrency.limit(), expected)
  }
})

void t.test('a key that it does not know is an answer, too; a refusal or nonsense asks for no more', async t => {
  for (const code of ['KEY_UNKNOWN', 'PROVIDER_UNAUTHORIZED', 'RESULT_INVALID', 'RESULT_REFUSED'] as const) {
    const concurrency = createConcurrency({ first: 4, busy: () => 0 })
    await round(concurrency, 4, code)
    t.equal(concurrency.limit() > 4, code === 'KEY_UNKNOWN', code)
  }
})

void t.test('no more are asked for where few are under way, or the process has no time for them', async t => {
  const idle = createConcurrency({ first: 32, busy: () => 0 })
  for (let i = 0; i < 50; i++) await round(idle, 10)
  t.equal(idle.limit(), 32)
  const busy = createConcurrency({ first: 32, busy: () => 0.9 })
  for (let i = 0; i < 5; i++) await round(busy, 32)
  t.equal(busy.limit(), 32)
})

void t.test('by itself it knows whether the process has time', async t => {
  const concurrency = createConcurrency({ first: 8 })
  const spin = (milliseconds: number) => { for (const end = performance.now() + milliseconds; performance.now() < end;); }
  for (let i = 0; i < 4; i++) { spin(120); await round(concurrency, 8) }
  t.equal(concurrency.limit(), 8, 'it has none')
  for (let i = 0; i < 4; i++) {
    await new Promise(resolve => { setTimeout(resolve, 120) })
    await round(concurrency, concurrency.limit())
  }
  t.ok(concurrency.limit() > 8, 'it has some')
})

async function grown (): Promise<Concurrency> {
  const concurrency = createConcurrency({ first: 16, busy: () => 0 })
  for (let i = 0; i < 20; i++) await round(concurrency, concurrency.limit())
  return concurrency
}

void t.test('one that is away or wants patience is asked for half as many, once for each round, and never for fewer than at first', async t => {
  const concurrency = await grown()
  t.equal(concurrency.limit(), 256)
  await round(concurrency, 256, 'PROVIDER_AWAY')
  t.equal(concurrency.limit(), 128, 'all of them began together')
  for (let i = 0; i < 10; i++) await round(concurrency, concurrency.limit(), 'PROVIDER_AWAY')
  t.equal(concurrency.limit(), 16)
})

void t.test('after a long outage it grows quickly up to what it had after the first cut', async t => {
  const concurrency = await grown()
  for (let i = 0; i < 30; i++) await round(concurrency, concurrency.limit(), 'PROVIDER_AWAY')
  for (let i = 0; i < 8; i++) await round(concurrency, concurrency.limit())
  t.ok(concurrency.limit() >= 128, String(concurrency.limit()))
})

void t.test('one that fails for some of its keys is asked as before', async t => {
  const concurrency = createConcurrency({ first: 16, busy: () => 0 })
  for (let i = 0; i < 20; i++) await Promise.allSettled(Array.from({ length: concurrency.limit() }, (_, n) => concurrency.call(async () => { await turn(); if (n % 3 === 1) throw new Failure('PROVIDER_AWAY') })))
  t.equal(concurrency.limit(), 256)
})

void t.test('from where it was cut it grows slowly', async t => {
  const concurrency = await grown()
  await round(concurrency, 256, 'PROVIDER_AWAY')
  for (let i = 0; i < 10; i++) await round(concurrency, concurrency.limit())
  t.ok(concurrency.limit() > 128 && concurrency.limit() <= 140, String(concurrency.limit()))
})

void t.test('a provider that takes twenty at once is asked for about twenty, and seldom refuses', async t => {
  const concurrency = createConcurrency({ busy: () => 0 })
  let [underWay, refused, answered] = [0, 0, 0]
  async function ask (): Promise<void> {
    if (++underWay > 20) {
      underWay--
      refused++
      throw new Failure('PROVIDER_AWAY')
    }
    for (let i = 0; i < 3; i++) await turn()
    underWay--
    answered++
  }
  for (let i = 0; i < 500; i++) await Promise.allSettled(Array.from({ length: concurrency.limit() }, () => concurrency.call(ask)))
  t.ok(answered > 500 * 10, `${answered} answered`)
  t.ok(refused < answered / 10, `${refused} refused`)
})
