import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { startSweep } from '../../src/delivery/sweep.ts'
import { Failure } from '../../src/domain/failure.ts'
import { until } from '../publisher/until.ts'

const log = { info () {}, warn () {}, error () {} }

/** Work that waits to be let go, and a heap of it. */
function heapOf (pieces: number[]) {
  const running = new Map<number, () => void>()
  return {
    pieces,
    running,
    claim: async (limit: number) => pieces.splice(0, limit),
    work: (piece: number, signal: AbortSignal) => new Promise<void>(resolve => {
      const end = () => { running.delete(piece); resolve() }
      running.set(piece, end)
      signal.addEventListener('abort', end)
    }),
  }
}

void t.test('never more is under way than there is room for, and the next begins as one ends', async t => {
  const heap = heapOf([1, 2, 3, 4, 5])
  const sweep = startSweep({ name: 'test', room: underWay => 2 - underWay, ...heap, log, every: 60_000 })
  t.teardown(sweep.stop)
  await until(() => heap.running.size > 0)
  t.same([...heap.running.keys()], [1, 2])
  heap.running.get(1)?.()
  await until(() => heap.running.size === 2)
  t.same([...heap.running.keys()], [2, 3])
})

void t.test('what ends together makes room for one claim', async t => {
  const heap = heapOf([1, 2, 3, 4, 5, 6, 7, 8])
  const limits: number[] = []
  const claim = (limit: number) => { limits.push(limit); return heap.claim(limit) }
  const sweep = startSweep({ name: 'test', room: underWay => 4 - underWay, ...heap, claim, log, every: 60_000 })
  t.teardown(sweep.stop)
  await until(() => heap.running.size === 4)
  for (const end of heap.running.values()) end()
  await until(() => heap.running.size === 4)
  t.same([...heap.running.keys()], [5, 6, 7, 8])
  t.same(limits, [4, 4])
})

void t.test('a wake during a look is not lost', async t => {
  const pieces: number[] = []
  let looks = 0
  const done: number[] = []
  const sweep = startSweep({
    name: 'test', room: underWay => 10 - underWay, log, every: 60_000,
    async claim (limit) {
      if (looks++ === 0) setImmediate(() => { pieces.push(7); sweep.wake() })
      const claimed = pieces.splice(0, limit)
      await wait(5)
      return claimed
    },
    async work (piece: number) { done.push(piece) },
  })
  t.teardown(sweep.stop)
  await until(() => done.length > 0)
  t.same(done, [7])
})

void t.test('what nobody woke it for is found by the next look', async t => {
  const heap = heapOf([])
  const sweep = startSweep({ name: 'test', room: underWay => 1 - underWay, ...heap, log, every: 20 })
  t.teardown(sweep.stop)
  await wait(10)
  heap.pieces.push(1)
  await until(() => heap.running.size > 0)
  t.same([...heap.running.keys()], [1])
})

void t.test('a claim or a piece of work that throws stops nothing', async t => {
  const errors: object[] = []
  let looks = 0
  const done: number[] = []
  const sweep = startSweep({
    name: 'test', room: underWay => 1 - underWay, every: 10, log: { ...log, error: (fields: object) => { errors.push(fields) } },
    async claim () {
      looks++
      if (looks === 1) throw new Failure('JOURNAL_UNAVAILABLE', { reason: 'disk full' })
      return looks < 4 ? [looks] : []
    },
    async work (piece: number) {
      if (piece === 2) throw new Error('a bug')
      done.push(piece)
    },
  })
  t.teardown(sweep.stop)
  await until(() => done.length > 0)
  t.same(done, [3])
  t.match(errors, [{ code: 'JOURNAL_UNAVAILABLE', reason: 'disk full' }, { code: 'UNEXPECTED' }])
})

void t.test('stop aborts what is under way, waits for it, and starts nothing more', async t => {
  const heap = heapOf([1, 2])
  const sweep = startSweep({ name: 'test', room: underWay => 1 - underWay, ...heap, log, every: 60_000 })
  await until(() => heap.running.size === 1)
  await sweep.stop()
  t.equal(heap.running.size, 0)
  sweep.wake()
  await wait(10)
  t.same(heap.pieces, [2])
})

void t.test('it knows how long it has stood still', async t => {
  let clock = 1000
  let release = (_: never[]) => {}
  const sweep = startSweep({ name: 'test', room: underWay => 1 - underWay, claim: () => new Promise<never[]>(resolve => { release = resolve }), work: async () => {}, log, now: () => clock })
  await wait(5)
  clock += 31_000
  t.equal(sweep.idleFor(), 31_000)
  release([])
  await sweep.stop()
})

void t.test('what is under way for long is renewed, all of it at once; what is quick never is', async t => {
  const heap = heapOf([1, 2])
  const renewed: (readonly number[])[] = []
  const clock = { now: 0 }
  let ticks = 0
  const sweep = startSweep({
    name: 'test', room: underWay => 10 - underWay, ...heap, log, every: 1, now: () => clock.now,
    async renew (claims: readonly number[]) { renewed.push(claims); throw new Failure('JOURNAL_UNAVAILABLE') }, // that one fails does not end the next
    timers: { set: (act, milliseconds) => setTimeout(() => { ticks++; act() }, milliseconds), clear: timer => { clearTimeout(timer as NodeJS.Timeout) } },
  })
  t.teardown(sweep.stop)
  const tickAt = async (time: number): Promise<void> => {
    clock.now = time
    for (const last = ticks + 2; ticks < last;) await wait(1)
  }
  await tickAt(0)
  await tickAt(1000)
  heap.pieces.push(3)
  await tickAt(1000)
  await tickAt(2999)
  t.same(renewed, [])
  await tickAt(3000)
  t.same(renewed, [[1, 2]])
  heap.running.get(1)?.()
  await tickAt(4500)
  await tickAt(6000)
  t.same(renewed, [[1, 2], [3], [2]])
})
