import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { createBreaker } from '../../src/delivery/breaker.ts'
import { createConcurrency, type Concurrency } from '../../src/delivery/concurrency.ts'
import { Failure, type FailureCode, type FailureParts } from '../../src/domain/failure.ts'

const ask = <T>({ work, call }: Concurrency, act: () => Promise<T>): Promise<T> => work(() => call(act))

/** One round: so many calls at once, all answered alike. */
async function round (concurrency: Concurrency, calls: number, code?: FailureCode, parts: FailureParts = {}): Promise<void> {
  await Promise.allSettled(Array.from({ length: calls }, () => ask(concurrency, async () => {
    await turn()
    if (code !== undefined) throw new Failure(code, parts)
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

void t.test('what grew while the process had time falls back slowly while it has none, not below what it was at first', async t => {
  let share = 0
  const concurrency = createConcurrency({ first: 16, busy: () => share })
  for (let i = 0; i < 20; i++) await round(concurrency, concurrency.limit())
  t.equal(concurrency.limit(), 256)
  share = 0.9
  for (let i = 0; i < 20; i++) await round(concurrency, concurrency.limit())
  t.equal(concurrency.limit(), 256, 'a provider that is far away keeps it busy, and needs them')
  share = 1
  await round(concurrency, 256)
  t.ok(concurrency.limit() > 240 && concurrency.limit() < 250, String(concurrency.limit()))
  for (let i = 0; i < 100; i++) await round(concurrency, concurrency.limit())
  t.equal(concurrency.limit(), 16)
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

void t.test('one that is away is asked for half as many, once for each round, and never for fewer than at first', async t => {
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
  for (let i = 0; i < 20; i++) await Promise.allSettled(Array.from({ length: concurrency.limit() }, (_, n) => ask(concurrency, async () => { await turn(); if (n % 3 === 1) throw new Failure('PROVIDER_AWAY') })))
  t.equal(concurrency.limit(), 256)
})

void t.test('from where it was cut it grows slowly', async t => {
  const concurrency = await grown()
  await round(concurrency, 256, 'PROVIDER_AWAY')
  for (let i = 0; i < 10; i++) await round(concurrency, concurrency.limit())
  t.ok(concurrency.limit() > 128 && concurrency.limit() <= 140, String(concurrency.limit()))
})

void t.test('one that limits us is asked for half as many at the first word, down to one, and for more again as it answers, however busy the process is', async t => {
  let share = 0
  const concurrency = createConcurrency({ first: 16, busy: () => share })
  await round(concurrency, 16, 'PROVIDER_LIMITED')
  t.equal(concurrency.limit(), 8, 'all of them began together')
  await round(concurrency, 1, 'PROVIDER_LIMITED')
  t.equal(concurrency.limit(), 4)
  share = 1
  for (let i = 0; i < 40; i++) await round(concurrency, concurrency.limit())
  t.equal(concurrency.limit(), 16, 'then there is no time for more')
})

void t.test('as long as it wants patience it is asked for nothing, five seconds at most', async t => {
  let now = 1000
  const concurrency = createConcurrency({ first: 16, busy: () => 0, now: () => now })
  const limits = async (until: number[]) => until.map(time => { now = time; return concurrency.limit() })
  await round(concurrency, 2, 'PROVIDER_LIMITED', { retryAfter: 2000 })
  t.same(await limits([1000, 2999, 3000]), [0, 0, 8])
  await round(concurrency, 2, 'PROVIDER_LIMITED', { retryAfter: 900_000 })
  t.same(await limits([3000, 7999, 8000]), [0, 0, 4])
  await round(concurrency, 2, 'PROVIDER_LIMITED', { retryAfter: 0 })
  await round(concurrency, 2, 'PROVIDER_LIMITED')
  t.same(await limits([8000]), [1], 'it said nothing of how long')
  await round(concurrency, 1, 'PROVIDER_LIMITED')
  t.same(await limits([8000, 8099, 8100]), [0, 0, 1], 'one at once is too much, too')
})

void t.test('a key for which it wants patience holds up no others, as long as they are answered', async t => {
  const concurrency = createConcurrency({ first: 16, busy: () => 0, now: () => 1000 })
  const limited = () => round(concurrency, 1, 'PROVIDER_LIMITED', { retryAfter: 5000 })
  for (let i = 0; i < 3; i++) {
    await limited()
    t.ok(concurrency.limit() > 0)
    await round(concurrency, 1)
  }
  await limited()
  await limited()
  t.equal(concurrency.limit(), 0, 'twice in a row')
})

void t.test('one that takes less than one at once and would be asked again at once is left alone for a moment', async t => {
  let now = 1000
  const concurrency = createConcurrency({ first: 1, busy: () => 0, now: () => now })
  await round(concurrency, 1, 'PROVIDER_LIMITED', { retryAfter: 0 })
  t.equal(concurrency.limit(), 0)
  now = 1100
  t.equal(concurrency.limit(), 1)
})

void t.test('a clock that is set back makes patience no longer', async t => {
  let now = 3_600_000
  const concurrency = createConcurrency({ first: 16, busy: () => 0, now: () => now })
  await round(concurrency, 2, 'PROVIDER_LIMITED', { retryAfter: 1000 })
  t.equal(concurrency.limit(), 0)
  now = 600_000
  t.ok(concurrency.limit() > 0)
})

void t.test('a minute after the last cut it grows quickly, however far it was cut', async t => {
  let now = 1000
  const concurrency = createConcurrency({ busy: () => 0, now: () => now })
  for (let i = 0; i < 8; i++) {
    await round(concurrency, 1)
    await round(concurrency, 1, 'PROVIDER_LIMITED')
  }
  now += 60_000
  for (let i = 0; i < 20; i++) await round(concurrency, concurrency.limit())
  t.equal(concurrency.limit(), 256)
})

void t.test('results that are being recorded are under way: where that takes its time, more are asked for', async t => {
  const concurrency = createConcurrency({ first: 16, busy: () => 0 })
  const ends: (() => void)[] = []
  const recorded = new Promise<void>(resolve => { ends.push(resolve) })
  const works = Array.from({ length: 16 }, () => concurrency.work(async () => {
    await concurrency.call(async () => undefined)
    await recorded
  }))
  for (let i = 0; i < 4; i++) await ask(concurrency, turn)
  t.ok(concurrency.limit() > 32, String(concurrency.limit()))
  ends[0]?.()
  await Promise.all(works)
})

/** What a provider that takes `rate` a second and ten in a burst answers and refuses in a minute of its own time. */
async function askLimited ({ rate, takes, retryAfter }: { readonly rate: number, readonly takes: number, readonly retryAfter?: number }) {
  let now = 1
  let [tokens, underWay, answered, refused] = [10, 0, 0, 0]
  const ends = new Map<number, (() => void)[]>()
  const wait = (milliseconds: number) => new Promise<void>(resolve => { ends.set(now + milliseconds, [...ends.get(now + milliseconds) ?? [], resolve]) })
  const concurrency = createConcurrency({ busy: () => 0, now: () => now })
  const breaker = createBreaker({ now: () => now })
  async function result (): Promise<void> {
    if (tokens < 1) {
      await wait(1)
      refused++
      throw new Failure('PROVIDER_LIMITED', retryAfter === undefined ? {} : { retryAfter })
    }
    tokens--
    await wait(takes)
    answered++
  }
  for (; now < 60_000; now++) {
    const ended = ends.get(now) ?? []
    ends.delete(now)
    for (const end of ended) end()
    if (ended.length > 0) await turn()
    tokens = Math.min(10, tokens + rate / 1000)
    if (ended.length === 0 && now % 500 !== 0) continue // as a sweep looks
    for (let room = breaker.capacity(concurrency.limit()) - underWay; room > 0; room--) {
      underWay++
      void concurrency.work(() => breaker.call(() => concurrency.call(result))).catch(() => undefined).finally(() => { underWay-- })
    }
    await turn()
  }
  return { answered: answered / 60, refused: refused / 60 }
}

void t.test('a provider that limits our rate is asked for about as much as it gives', async t => {
  for (const [rate, takes] of [[20, 10], [20, 100], [100, 100], [1000, 10]] as const) {
    const { answered, refused } = await askLimited({ rate, takes })
    t.comment(`${rate} a second, each in ${takes} ms: ${answered.toFixed(1)} answered, ${refused.toFixed(1)} refused`)
    t.ok(answered > rate * 0.75, `${answered} answered of ${rate} a second`)
    t.ok(refused < rate, `${refused} refused`)
  }
})

void t.test('one that says how long it wants to be left alone is left alone', async t => {
  const { answered, refused } = await askLimited({ rate: 20, takes: 10, retryAfter: 1000 })
  t.ok(answered > 5, `${answered} answered`)
  t.ok(refused < 4, `${refused} refused`)
})

void t.test('a provider that takes twenty at once is asked for about twenty, and seldom refuses', async t => {
  const concurrency = createConcurrency({ busy: () => 0 })
  let [underWay, refused, answered] = [0, 0, 0]
  async function result (): Promise<void> {
    if (++underWay > 20) {
      underWay--
      refused++
      throw new Failure('PROVIDER_LIMITED')
    }
    for (let i = 0; i < 3; i++) await turn()
    underWay--
    answered++
  }
  for (let i = 0; i < 500; i++) await Promise.allSettled(Array.from({ length: concurrency.limit() }, () => ask(concurrency, result)))
  t.ok(answered > 500 * 10, `${answered} answered`)
  t.ok(refused < answered / 10, `${refused} refused`)
})
