import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startProcess } from '../process.ts'
import { gather } from './crowd.ts'
import { callHonestly } from './honest.ts'

void t.test('those who hold connections and say nothing, or little, are cut off, and keep nobody waiting', { timeout: 120_000 }, async t => {
  const { url } = await startProcess(t)
  const call = () => callHonestly({ url, perSecond: 50, seconds: 3 })
  await call()
  const alone = await call()
  const crowd = await gather({ url, idle: 300, slow: 50 })
  t.teardown(crowd.leave)
  const [held, among] = [crowd.held(), await call()]
  t.comment(`p99 alone ${alone.p99.toFixed(1)} ms, among ${held} connections ${among.p99.toFixed(1)} ms`)
  t.ok(held > 340, `all of them are let in: ${held}`)
  t.equal(among.failed, 0)
  t.ok(among.p99 < 20 * alone.p99 + 200, 'npm run floods measures it with thousands')
  for (let turn = 0; crowd.returns() < 170 && turn < 300; turn++) await sleep(100)
  t.ok(crowd.returns() >= 170, 'who never sends a request within ten seconds is cut off: half of the idle and half of the slow')
})

void t.test('who asked nothing is answered nothing when the connection is closed', { timeout: 60_000 }, async t => {
  const { url } = await startProcess(t)
  const since = performance.now()
  t.equal(await text(connect(Number(new URL(url).port), '127.0.0.1')), '')
  t.ok(performance.now() - since > 9_000)
})
