import t from 'tap'
import { createBreaker } from '../../src/delivery/breaker.ts'
import { Failure } from '../../src/domain/failure.ts'

const away = async () => { throw new Failure('PROVIDER_AWAY') }

void t.test('a provider that is away gets one probe at a time, and none while the breaker is open', async t => {
  let now = 0
  const breaker = createBreaker({ threshold: 3, openFor: 40, now: () => now })
  t.equal(breaker.capacity(32), 32)
  for (let i = 0; i < 3; i++) await t.rejects(breaker.call(away), { code: 'PROVIDER_AWAY' })
  t.equal(breaker.state(), 'open')
  t.equal(breaker.capacity(32), 0)
  let called = false
  await t.rejects(breaker.call(async () => { called = true }), { code: 'PROVIDER_AWAY' })
  t.equal(called, false)

  now = 50
  t.equal(breaker.capacity(32), 1, 'the probe')
  let finish = () => {}
  const probe = breaker.call(() => new Promise<void>(resolve => { finish = resolve }))
  t.equal(breaker.capacity(32), 0, 'only one')
  t.equal(breaker.state(), 'half-open')
  finish()
  await probe
  t.equal(breaker.state(), 'closed')
  t.equal(breaker.capacity(32), 32)
})

void t.test('a failed probe opens it again', async t => {
  let now = 0
  const breaker = createBreaker({ threshold: 1, openFor: 30, now: () => now })
  await t.rejects(breaker.call(away))
  now = 40
  await t.rejects(breaker.call(away), { code: 'PROVIDER_AWAY' })
  t.equal(breaker.capacity(32), 0)
})

void t.test('a key that is unknown or of another client, or a reply that is no result, says nothing of an outage', async t => {
  const breaker = createBreaker({ threshold: 1 })
  for (const code of ['KEY_UNKNOWN', 'RESULT_INVALID', 'RESULT_REFUSED', 'PROVIDER_UNAUTHORIZED'] as const) {
    await t.rejects(breaker.call(async () => { throw new Failure(code) }), { code })
  }
  t.equal(breaker.state(), 'closed')
})

void t.test('what began before it opened neither closes it nor keeps it open for longer', async t => {
  let time = 0
  const breaker = createBreaker({ threshold: 1, openFor: 40, now: () => time })
  const [answer, fail] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const [early, late] = [breaker.call(() => answer.promise), breaker.call(() => fail.promise)]
  await t.rejects(breaker.call(away))
  time = 30
  answer.resolve()
  await early
  t.equal(breaker.state(), 'open')
  fail.reject(new Failure('PROVIDER_AWAY'))
  await t.rejects(late)
  time = 40
  t.equal(breaker.capacity(32), 1, 'the probe')
})

void t.test('outages with an answer between them are not in a row', async t => {
  const breaker = createBreaker({ threshold: 2 })
  await t.rejects(breaker.call(away))
  await breaker.call(async () => {})
  await t.rejects(breaker.call(away))
  t.equal(breaker.state(), 'closed')
})

void t.test('not even the probe is let through while nothing may be asked', async t => {
  let now = 0
  const breaker = createBreaker({ threshold: 1, openFor: 100, now: () => now })
  await t.rejects(breaker.call(away), { code: 'PROVIDER_AWAY' })
  now = 100
  t.equal(breaker.capacity(0), 0)
  t.equal(breaker.capacity(16), 1)
})
