import { randomUUID } from 'node:crypto'
import type { Test } from 'tap'
import type { Callback } from '../../src/domain/callback.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { Claim, EventClaim, Journal, Told } from '../../src/journal/journal.ts'
import type { EntryFilter, Keeping } from '../../src/journal/keeping.ts'
import type { OwnJournal } from './open-journal.ts'

export interface Opened {
  readonly journal: OwnJournal
  /** Closes the journal and opens the same data again; absent where nothing outlives the journal. */
  readonly reopen?: (() => Promise<OwnJournal>) | undefined
  /** True where leases outlive the journal that gave them, since others may hold some. */
  readonly keepsLeases?: boolean
}

export interface OpenParts {
  readonly now: () => number
  readonly keys?: readonly Uint8Array[]
}

/** Opens a fresh journal and closes it when the test ends. */
export type OpenJournal = (t: Test, parts: OpenParts) => Promise<Opened>

interface Given extends Opened {
  readonly clock: { now: number }
  /** Claims, and asserts that there is just one; that there is none; the same for an event. */
  one (): Promise<Claim>
  none (): Promise<void>
  event (): Promise<EventClaim>
}

const lease = 10_000
const away = new Failure('PROVIDER_AWAY')
const refused = new Failure('RESULT_REFUSED', { reason: 'status 500' })

export function callback (key = 'rq:1', parameters: Callback['parameters'] = { a: 1 }, more: Partial<Callback> = {}): Callback {
  return { provider: 'tokenio', channel: 'back', key, parameters, traceparent: '00-00000000000000000000000000000001-0000000000000001-01', ...more }
}

export function told (key: string, more: Partial<Told> = {}, topic = `t/${key}`): Told {
  return { events: [{ id: randomUUID(), type: 'callbacks.tokenio.completed.v1', topic, payload: `{"key":"${key}"}` }], gist: 'said', final: false, ...more }
}

/** Every promise of `Journal` and `Keeping`, tried to be broken. */
export function journalContract (t: Test, open: OpenJournal): void {
  const start = 1_800_000_000_000

  function test (claim: string, act: (t: Test, given: Given) => Promise<void>): void {
    void t.test(claim, async t => {
      const clock = { now: start }
      const { journal, reopen, keepsLeases = false } = await open(t, { now: () => clock.now })
      const one = async (): Promise<Claim> => {
        const claims = await journal.claim('tokenio', 10)
        t.equal(claims.length, 1, 'one claim')
        return claims[0]!
      }
      const none = async (): Promise<void> => { t.same(await journal.claim('tokenio', 10), [], 'no claim') }
      const event = async (): Promise<EventClaim> => {
        const claims = await journal.claimEvents(10)
        t.equal(claims.length, 1, 'one event')
        return claims[0]!
      }
      await act(t, { journal, reopen, keepsLeases, clock, one, none, event })
    })
  }

  test('a callback comes back as it was appended', async (t, { journal, one, clock }) => {
    const given = callback('rq:é/+#', { text: '☃', deep: [{ a: null }] }, { channel: 'front', incidental: { trace: 'x' }, reply: { response_code: 'r' }, singleUse: true })
    const { id, isNew, reply } = await journal.append(given)
    t.ok(isNew)
    t.same(reply, { response_code: 'r' })
    const { entry, attempt, failures, streak, asks, gist, final } = await one()
    t.same(entry, { id, callback: given, receivedAt: clock.now })
    t.same({ attempt, failures, streak, asks, gist, final }, { attempt: 1, failures: 0, streak: 0, asks: 0, gist: undefined, final: false })
  })

  test('a repeat has the first one\'s id and reply, and makes nothing due', async (t, { journal, one, none, reopen }) => {
    const first = await journal.append(callback('rq:1', { a: 1, b: 2 }, { reply: { code: 'first' } }))
    const again = await journal.append(callback('rq:1', { b: 2, a: 1 }, { reply: { code: 'second' }, incidental: { trace: 'other' } }))
    t.same(again, { id: first.id, isNew: false, reply: { code: 'first' } })
    await journal.recordEvents(await one(), told('rq:1'))
    await journal.append(callback('rq:1', { a: 1, b: 2 }))
    await none()
    if (reopen === undefined) return
    const reopened = await reopen()
    t.same(await reopened.append(callback('rq:1', { a: 1, b: 2 })), { id: first.id, isNew: false, reply: { code: 'first' } }, 'also after a restart')
  })

  test('equal callbacks at once are one entry', async (t, { journal, one }) => {
    const appended = await Promise.all(Array.from({ length: 1000 }, () => journal.append(callback('rq:1', { a: 1 }, { reply: { code: randomUUID() } }))))
    t.equal(new Set(appended.map(({ id }) => id)).size, 1)
    t.equal(new Set(appended.map(({ reply }) => reply?.code)).size, 1)
    t.equal(appended.filter(({ isNew }) => isNew).length, 1)
    await journal.recordEvents(await one(), told('rq:1'))
    t.same(await journal.claim('tokenio', 10), [])
  })

  test('a single-use key refuses another body, also at once, and fails no neighbour', async (t, { journal }) => {
    const answers = await Promise.allSettled([1, 2, 1].map(a => journal.append(callback('s', { a }, { singleUse: true }))).concat(journal.append(callback('other'))))
    t.same(answers.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    await t.rejects(journal.append(callback('s', { a: 3 }, { singleUse: true })), { code: 'KEY_USED' })
    t.notOk((await journal.append(callback('s', { a: 1 }, { singleUse: true }))).isNew)
    t.equal((await journal.claim('tokenio', 10)).length, 2)
  })

  test('a single-use key is closed by the third refused body, or by the first that is not refused', async (t, { journal, one }) => {
    const refusedOne = (key: string, a: number) => journal.append(callback(key, { a }, { singleUse: true, refused: [{ issue: 'does not verify', field: 'vp', location: 'body' }] }))
    for (const a of [1, 2, 3]) {
      t.ok((await refusedOne('s', a)).isNew)
      t.notOk((await refusedOne('s', a)).isNew, 'the same refused body is a repeat')
      const claim = await one()
      t.equal(claim.refusals, a)
      t.equal(claim.entry.callback.refused?.length, 1)
      await journal.recordEvents(claim, { events: [], gist: undefined, final: false })
    }
    await t.rejects(refusedOne('s', 4), { code: 'KEY_USED' })
    await t.rejects(journal.append(callback('s', { a: 5 }, { singleUse: true })), { code: 'KEY_USED' })
    t.notOk((await refusedOne('s', 2)).isNew, 'also once it is closed')

    t.ok((await refusedOne('other', 1)).isNew)
    t.ok((await journal.append(callback('other', { a: 2 }, { singleUse: true }))).isNew)
    await t.rejects(refusedOne('other', 3), { code: 'KEY_USED' })
    await journal.recordEvents(await one(), { events: [], gist: undefined, final: false })
    t.equal((await one()).refusals, 0)
  })

  test('what was appended is recognised, and nothing else; nothing changes by it', async (t, { journal, one }) => {
    t.equal(await journal.recognise(callback()), undefined)
    const { id } = await journal.append(callback('rq:1', { a: 1 }, { reply: { code: 'r' } }))
    t.same(await journal.recognise(callback('rq:1', { a: 1 }, { incidental: { trace: 'x' } })), { id, isNew: false, reply: { code: 'r' } })
    t.equal(await journal.recognise(callback('rq:1', { a: 2 })), undefined)
    t.equal((await one()).entry.id, id)
    t.same(await journal.claim('tokenio', 1), [])
    const single = await journal.append(callback('s', { a: 1 }, { singleUse: true }))
    t.match(await journal.recognise(callback('s', { a: 1 }, { singleUse: true })), { id: single.id })
    await t.rejects(journal.recognise(callback('s', { a: 2 }, { singleUse: true })), { code: 'KEY_USED' }, 'before anybody examines it')
  })

  test('a callback that is due later is asked for then', async (t, { journal, one, none, clock }) => {
    const { id } = await journal.append(callback('k'), { due: clock.now + 5000.5 })
    await none()
    clock.now += 5000
    await none()
    clock.now += 1
    t.equal((await one()).entry.id, id)
  })

  test('one that comes before it is asked for at once; the later one is still asked for when it is due, unless all is said', async (t, { journal, one, none, clock }) => {
    const { id } = await journal.append(callback('k', { a: 1 }), { due: clock.now + 5000 })
    const second = await journal.append(callback('k', { a: 2 }))
    const claim = await one()
    t.equal(claim.entry.id, second.id)
    await journal.recordEvents(claim, told('k'))
    await none()
    clock.now += 5000
    const later = await one()
    t.equal(later.entry.id, id)
    await journal.recordEvents(later, told('k', { events: [], final: true }))
    t.ok((await journal.append(callback('k', { a: 3 }), { due: clock.now + 5000 })).isNew)
    clock.now += 1e9
    await none()
  })

  test('one that is due later puts off nobody', async (_t, { journal, one, none, clock }) => {
    await journal.append(callback('k', { a: 1 }))
    await journal.append(callback('k', { a: 2 }), { due: clock.now + 9000 })
    await journal.recordEvents(await one(), told('k', { askAgainAt: clock.now + 1000 }))
    clock.now += 1000
    await journal.recordEvents(await one(), told('k', { final: true }))
    clock.now += 1e9
    await none()
  })

  test('a secret is another for each purpose, and the same after a restart', async (t, { journal, reopen }) => {
    const secret = journal.secretFor('a')
    t.equal(secret.length, 32)
    t.same(journal.secretFor('a'), secret)
    t.notSame(journal.secretFor('b'), secret)
    if (reopen !== undefined) t.same((await reopen()).secretFor('a'), secret)
  })

  test('ids grow in the order of arrival', async (t, { journal, clock }) => {
    const ids: string[] = []
    for (let i = 0; i < 20; i++) {
      ids.push((await journal.append(callback(`k${i}`))).id)
      clock.now -= 1
    }
    t.same(ids.toSorted(), ids)
    t.match(ids[0], /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  test('a claim takes the provider\'s own, oldest due first, no more than asked for', async (t, { journal, clock }) => {
    for (const key of ['a', 'b', 'c']) {
      await journal.append(callback(key))
      await journal.append(callback(key, {}, { provider: 'oid4vp' }))
      clock.now += 1
    }
    t.same((await journal.claim('tokenio', 2)).map(({ entry }) => entry.callback.key), ['a', 'b'])
    t.same((await journal.claim('tokenio', 2)).map(({ entry }) => entry.callback.key), ['c'])
    t.equal((await journal.claim('oid4vp', 10)).length, 3)
    t.same(await journal.claim('nobody', 10), [])
  })

  test('one key is held by one claim only, its entries in the order of arrival', async (t, { journal, one, none }) => {
    const first = await journal.append(callback('k', { a: 1 }))
    const second = await journal.append(callback('k', { a: 2 }))
    const claim = await one()
    t.equal(claim.entry.id, first.id)
    await none()
    await journal.append(callback('k', { a: 3 }))
    await none()
    t.ok(await journal.recordEvents(claim, told('k')))
    t.equal((await one()).entry.id, second.id)
  })

  test('a lease ends after 10 s, and then its first holder writes nothing', async (t, { journal, one, none, clock }) => {
    await journal.append(callback('k'))
    const first = await one()
    clock.now += lease - 1
    await none()
    clock.now += 1
    const second = await one()
    t.ok(second.attempt > first.attempt)
    t.notOk(await journal.recordEvents(first, told('k')))
    t.notOk(await journal.reschedule(first, clock.now, away))
    t.notOk(await journal.bury(first, refused))
    await journal.release(first)
    await none()
    t.same(await journal.claimEvents(10), [])
    t.ok(await journal.recordEvents(second, told('k')))
  })

  test('a renewed claim is held for 10 s more, and one that was lost stays lost', async (t, { journal, one, none, clock }) => {
    await journal.append(callback('k'))
    const first = await one()
    for (const _ of [1, 2]) {
      clock.now += lease - 1
      await journal.renew([first])
      await none()
    }
    clock.now += lease - 1
    await none()
    clock.now += 1
    const second = await one()
    clock.now += lease - 1
    await journal.renew([first]) // frozen meanwhile, it has nothing to renew
    clock.now += 1
    const third = await one()
    t.notOk(await journal.recordEvents(second, told('k')))
    await journal.release(third)
    await journal.renew([third])
    t.ok(await journal.recordEvents(await one(), told('k')), 'what was given back is free')
  })

  test('a claim is ended once, also when both ends are written at once', async (t, { journal, one }) => {
    await journal.append(callback('k'))
    const claim = await one()
    t.same(await Promise.all([journal.recordEvents(claim, told('k')), journal.recordEvents(claim, told('k')), journal.bury(claim, refused)]), [true, false, false])
    t.notOk(await journal.recordEvents(claim, told('k')))
    t.equal((await journal.claimEvents(10)).length, 1)
  })

  test('a released claim is due at once, uncounted, and has no say', async (t, { journal, one }) => {
    await journal.append(callback('k'))
    const first = await one()
    await journal.release(first)
    t.notOk(await journal.recordEvents(first, told('k')))
    const second = await one()
    t.same([second.failures, second.streak], [0, 0])
    t.ok(second.attempt > first.attempt)
    t.ok(await journal.recordEvents(second, told('k')))
  })

  test('a watch is asked again when it is due, and knows what was said', async (t, { journal, one, none, clock }) => {
    await journal.append(callback('k'))
    await journal.recordEvents(await one(), told('k', { gist: 'pending', askAgainAt: clock.now + 5000 }))
    clock.now += 4999
    await none()
    clock.now += 1
    const again = await one()
    t.same([again.asks, again.gist, again.final], [1, 'pending', false])
    await journal.recordEvents(again, told('k', { events: [], gist: 'pending' }))
    clock.now += 1e9
    await none()
  })

  test('a key has one watch: the newer entry takes it', async (t, { journal, one, none, clock }) => {
    await journal.append(callback('k', { a: 1 }))
    await journal.recordEvents(await one(), told('k', { askAgainAt: clock.now + 5000 }))
    const second = await journal.append(callback('k', { a: 2 }))
    const claim = await one()
    t.equal(claim.entry.id, second.id, 'the waiting one comes before the watching one, and at once')
    await journal.recordEvents(claim, told('k', { askAgainAt: clock.now + 9000 }))
    clock.now += 5000
    await none()
    clock.now += 4000
    const again = await one()
    t.equal(again.entry.id, second.id)
    await journal.recordEvents(again, told('k', { final: true }))
    clock.now += 1e9
    await none()
  })

  test('askAgainAt waits for nobody when a newer entry came meanwhile', async (t, { journal, one, clock }) => {
    await journal.append(callback('k', { a: 1 }))
    const claim = await one()
    const second = await journal.append(callback('k', { a: 2 }))
    await journal.recordEvents(claim, told('k', { askAgainAt: clock.now + 5000 }))
    t.equal((await one()).entry.id, second.id)
  })

  test('an entry that needs no asking leaves the watch where it is', async (t, { journal, one, clock }) => {
    const first = await journal.append(callback('k', { a: 1 }))
    await journal.recordEvents(await one(), told('k', { askAgainAt: clock.now + 5000 }))
    await journal.append(callback('k', { a: 2 }))
    await journal.recordEvents(await one(), told('k'))
    clock.now += 5000
    t.equal((await one()).entry.id, first.id)
  })

  test('after the final event waiting entries are still claimed, as final, and nobody watches', async (t, { journal, one, none, clock }) => {
    await journal.append(callback('k', { a: 1 }))
    await journal.recordEvents(await one(), told('k', { askAgainAt: clock.now }))
    await journal.append(callback('k', { a: 2 }))
    const claim = await one()
    await journal.append(callback('k', { a: 3 }))
    await journal.recordEvents(claim, told('k', { final: true, gist: 'done', askAgainAt: clock.now }))
    const last = await one()
    t.same([last.final, last.gist], [true, 'done'])
    await journal.recordEvents(last, { events: [], gist: 'done', final: true })
    clock.now += 1e9
    await none()
    await journal.append(callback('k', { a: 4 }))
    t.ok((await one()).final, 'also one that comes later')
  })

  test('final stays, whatever is told later', async (t, { journal, one, none, clock }) => {
    await journal.append(callback('k', { a: 1 }))
    await journal.recordEvents(await one(), told('k', { final: true }))
    await journal.append(callback('k', { a: 2 }))
    await journal.recordEvents(await one(), told('k', { events: [], askAgainAt: clock.now }))
    await none()
    await journal.append(callback('k', { a: 3 }))
    t.ok((await one()).final)
  })

  for (const [failure, failures] of [[away, 0], [refused, 1]] as const) {
    test(`${failure.code} counts ${failures}, and puts the entry off`, async (t, { journal, one, none, clock }) => {
      await journal.append(callback('k'))
      t.ok(await journal.reschedule(await one(), clock.now + 1500.5, failure))
      clock.now += 1500
      await none()
      clock.now += 1
      const again = await one()
      t.same([again.failures, again.streak], [failures, 1])
      await journal.recordEvents(again, told('k', { askAgainAt: clock.now }))
      t.equal((await one()).streak, 0, 'a success ends the streak')
    })
  }

  test('a new callback makes a key that was put off due at once, also when it came during the try', async (t, { journal, one, none, clock }) => {
    const { id } = await journal.append(callback('k', { a: 1 }))
    await journal.reschedule(await one(), clock.now + 60_000, away)
    await none()
    await journal.append(callback('k', { a: 2 }))
    const claim = await one()
    t.equal(claim.entry.id, id, 'the oldest first all the same')
    await journal.append(callback('k', { a: 3 }))
    await journal.reschedule(claim, clock.now + 60_000, away)
    await journal.reschedule(await one(), clock.now + 60_000, away)
    await none()
  })

  test('a buried entry is not claimed again; its key goes on', async (t, { journal, one, none, clock }) => {
    await journal.append(callback('k', { a: 1 }))
    const second = await journal.append(callback('k', { a: 2 }))
    t.ok(await journal.bury(await one(), new Failure('KEY_UNKNOWN')))
    const next = await one()
    t.equal(next.entry.id, second.id)
    await journal.bury(next, refused)
    clock.now += 1e9
    await none()
    t.notOk((await journal.append(callback('k', { a: 1 }))).isNew, 'a repeat stays a repeat')
  })

  test('events come as recorded, the head of each key only, in their order', async (t, { journal, clock }) => {
    const recorded = []
    for (const key of ['a', 'b']) {
      const { id: entryId } = await journal.append(callback(key))
      const [claim] = await journal.claim('tokenio', 1)
      const both = told(key, { events: [...told(key).events, ...told(key).events] })
      await journal.recordEvents(claim!, both)
      recorded.push({ entryId, events: both.events })
      clock.now += 1
    }
    const heads = await journal.claimEvents(10)
    t.same(heads.map(({ event }) => event), recorded.map(({ events }) => events[0]))
    t.same(heads.map(({ entryId }) => entryId), recorded.map(({ entryId }) => entryId))
    t.same(heads.map(({ recordedAt, attempt, failures, streak }) => ({ recordedAt, attempt, failures, streak })), [0, 1].map(i => ({ recordedAt: start + i, attempt: 1, failures: 0, streak: 0 })))
    t.same(await journal.claimEvents(10), [], 'the followers wait while their heads are held')
    t.ok(await journal.markPublished(heads[0]!))
    t.same((await journal.claimEvents(10)).map(({ event }) => event), [recorded[0]!.events[1]])
    t.notOk(await journal.markPublished(heads[0]!), 'an end is written once')
  })

  test('a head that is put off holds back its followers, also later ones, and nobody else', async (t, { journal, one, event, clock }) => {
    await journal.append(callback('k', { a: 1 }))
    const two = told('k', { events: [...told('k').events, ...told('k').events] })
    await journal.recordEvents(await one(), two)
    t.ok(await journal.rescheduleEvent(await event(), clock.now + 60_000, new Failure('PUBLISH_REFUSED')))
    await journal.append(callback('k', { a: 2 }))
    await journal.recordEvents(await one(), told('k'))
    await journal.append(callback('other'))
    await journal.recordEvents(await one(), told('other'))
    t.equal((await event()).event.topic, 't/other')
    clock.now += 60_000
    const heads = (await journal.claimEvents(10)).filter(({ event }) => event.topic === 't/k')
    t.same(heads.map(({ event, failures, streak }) => [event.id, failures, streak]), [[two.events[0]!.id, 1, 1]])
    await journal.markPublished(heads[0]!)
    t.ok((await journal.claimEvents(10)).some(({ event }) => event.id === two.events[1]!.id))
  })

  test('a renewed event is held for 10 s more, and one that was lost stays lost', async (t, { journal, one, event, clock }) => {
    await journal.append(callback('k'))
    await journal.recordEvents(await one(), told('k'))
    const first = await event()
    for (const _ of [1, 2]) {
      clock.now += lease - 1
      await journal.renewEvents([first])
      t.same(await journal.claimEvents(10), [])
    }
    clock.now += lease
    const second = await event()
    clock.now += lease - 1
    await journal.renewEvents([first])
    clock.now += 1
    const third = await event()
    t.notOk(await journal.markPublished(second))
    await journal.releaseEvent(third)
    await journal.renewEvents([third])
    t.ok(await journal.markPublished(await event()), 'what was given back is free')
    await journal.renewEvents([third])
    t.same(await journal.claimEvents(10), [], 'and what is published stays so')
    clock.now += lease
    t.same(await journal.claimEvents(10), [])
  })

  test('an event\'s lease ends after 10 s, and then its first holder writes nothing', async (t, { journal, one, event, clock }) => {
    await journal.append(callback('k'))
    await journal.recordEvents(await one(), told('k'))
    const first = await event()
    clock.now += lease - 1
    t.same(await journal.claimEvents(10), [])
    clock.now += 1
    const second = await event()
    t.ok(second.attempt > first.attempt)
    t.notOk(await journal.markPublished(first))
    t.notOk(await journal.rescheduleEvent(first, clock.now, away))
    t.notOk(await journal.buryEvent(first, away))
    await journal.releaseEvent(first)
    t.same(await journal.claimEvents(10), [])
    await journal.releaseEvent(second)
    t.notOk(await journal.markPublished(second))
    t.ok(await journal.markPublished(await event()))
    t.same(await journal.claimEvents(10), [])
  })

  test('a buried event buries its entry; the key\'s later events follow', async (t, { journal, one, none, event, clock }) => {
    await journal.append(callback('k'))
    const two = told('k', { askAgainAt: clock.now + 5000, events: [...told('k').events, ...told('k').events] })
    await journal.recordEvents(await one(), two)
    t.ok(await journal.buryEvent(await event(), new Failure('PUBLISH_REFUSED_FOR_GOOD')))
    t.equal((await event()).event.id, two.events[1]!.id)
    clock.now += 1e9
    await none()
  })

  test('an old event is published all the same', async (t, { journal, one, event, clock }) => {
    await journal.append(callback('k'))
    await journal.recordEvents(await one(), told('k'))
    clock.now += 30 * 86_400_000
    t.equal((await event()).recordedAt, start)
  })

  test('all that was acknowledged is there after a restart, and leases are free', async (t, { journal, one, event, clock, reopen, keepsLeases }) => {
    if (reopen === undefined || keepsLeases) return
    await journal.append(callback('asked', { a: 1 }))
    const said = told('asked', { gist: 'pending', askAgainAt: clock.now + 5000 })
    await journal.recordEvents(await one(), said)
    await event()
    const { id } = await journal.append(callback('held'))
    const held = await one()
    const reopened = await reopen()
    t.notOk(await reopened.recordEvents(held, told('held')), 'the old claim has no say')
    const [again] = await reopened.claim('tokenio', 10)
    t.equal(again?.entry.id, id)
    t.same((await reopened.claimEvents(10)).map(({ event }) => event), said.events)
    clock.now += 5000
    t.same((await reopened.claim('tokenio', 10)).map(({ gist, asks }) => [gist, asks]), [['pending', 1]])
  })

  async function published (journal: Journal, clock: { now: number }, key: string, expires?: number): Promise<string> {
    await journal.append(callback(key, { n: randomUUID() }))
    const [claim] = await journal.claim('tokenio', 1)
    await journal.recordEvents(claim!, told(key))
    const [event] = await journal.claimEvents(1)
    await journal.markPublished(event!, expires === undefined ? undefined : clock.now + expires)
    return event!.event.id
  }

  test('a topic is cleared once its event is past clearAt, once', async (t, { journal, clock }) => {
    await published(journal, clock, 'kept')
    const eventId = await published(journal, clock, 'k', 900)
    clock.now += 899
    t.same(await journal.claimExpired(10), [])
    clock.now += 1
    t.same(await journal.claimExpired(10), [{ topic: 't/k', eventId }])
    t.same(await journal.claimExpired(10), [], 'held')
    clock.now += lease
    const [again] = await journal.claimExpired(10)
    await journal.markCleared(again!)
    clock.now += 1e9
    t.same(await journal.claimExpired(10), [])
    t.same(await journal.claimEvents(10), [])
  })

  test('a newer event of the topic keeps it from being cleared', async (t, { journal, clock }) => {
    await published(journal, clock, 'k', 900)
    clock.now += 500
    const newer = await published(journal, clock, 'k', 900)
    clock.now += 500
    t.same(await journal.claimExpired(10), [])
    clock.now += 400
    t.same(await journal.claimExpired(10), [{ topic: 't/k', eventId: newer }])
  })

  test('an event that was published while its topic was cleared goes out again', async (t, { journal, event, clock }) => {
    await published(journal, clock, 'k', 900)
    clock.now += 900
    const [expired] = await journal.claimExpired(10)
    const newer = await published(journal, clock, 'k', 900)
    await journal.markCleared(expired!)
    const again = await event()
    t.equal(again.event.id, newer)
    t.ok(await journal.markPublished(again, clock.now + 900))
    t.same(await journal.claimEvents(10), [])
    t.same(await journal.claimExpired(10), [])
    clock.now += 900
    t.same(await journal.claimExpired(10), [{ topic: 't/k', eventId: newer }])
  })

  test('an event that was on its way while its topic was cleared goes out again', async (t, { journal, one, event, clock }) => {
    await published(journal, clock, 'k', 900)
    clock.now += 900
    await journal.append(callback('k', { a: 2 }))
    await journal.recordEvents(await one(), told('k'))
    const onItsWay = await event()
    const [expired] = await journal.claimExpired(10)
    await journal.markCleared(expired!)
    t.notOk(await journal.markPublished(onItsWay))
    t.equal((await event()).event.id, onItsWay.event.id)
  })

  test('published events of a time range go out again, in order, the key\'s last word last', async (t, { journal, event, clock }) => {
    await published(journal, clock, 'before')
    clock.now += 1000
    const since = clock.now
    const first = await published(journal, clock, 'k')
    clock.now += 1000
    const until = clock.now - 1
    const second = await published(journal, clock, 'k')
    await published(journal, clock, 'after')
    t.same(await journal.claimEvents(10), [])
    t.equal(await journal.republish({ since, until }), 2)
    const head = await event()
    t.equal(head.event.id, first)
    await journal.markPublished(head)
    t.equal((await event()).event.id, second)
    t.equal(await journal.republish({ since: clock.now + 1 }), 0)
  })

  test('an event that is acknowledged while those before it are made due again goes out after them once more', async (t, { journal, one, event, clock }) => {
    const first = await published(journal, clock, 'k')
    await journal.append(callback('k', { last: true }))
    await journal.recordEvents(await one(), told('k'))
    const onItsWay = await event()
    let ticks = clock.now
    Object.defineProperty(clock, 'now', { get: () => ticks++ })
    const acknowledged = journal.markPublished(onItsWay)
    await journal.republish({ since: start, until: start })
    await acknowledged
    const again = await event()
    t.equal(again.event.id, first)
    await journal.markPublished(again)
    t.equal((await event()).event.id, onItsWay.event.id, 'the last word stays the last')
  })

  test('a range of many events goes out again whole', async (t, { journal, clock }) => {
    await Promise.all(Array.from({ length: 1100 }, (_, i) => journal.append(callback(`k${i}`))))
    await Promise.all((await journal.claim('tokenio', 2000)).map(claim => journal.recordEvents(claim, told(claim.entry.callback.key))))
    await Promise.all((await journal.claimEvents(2000)).map(claim => journal.markPublished(claim)))
    t.equal(await journal.republish({ since: clock.now }), 1100)
    t.equal((await journal.claimEvents(2000)).length, 1100)
  })

  test('the last event of a key is the last recorded one, published or not', async (t, { journal, one, event }) => {
    t.equal(await journal.lastEvent('tokenio', 'k'), undefined)
    await journal.append(callback('k'))
    const two = told('k', { events: [...told('k').events, ...told('k').events] })
    await journal.recordEvents(await one(), two)
    t.same(await journal.lastEvent('tokenio', 'k'), two.events[1])
    await journal.markPublished(await event())
    await journal.markPublished(await event())
    t.same(await journal.lastEvent('tokenio', 'k'), two.events[1])
    t.equal(await journal.lastEvent('oid4vp', 'k'), undefined)
  })

  test('a callback is handed over to one client, which may have it again for a while', async (t, { journal, clock }) => {
    const to = (client: string) => ({ client, again: 60_000 })
    t.equal(await journal.handOver('tokenio', 'k', to('app-7')), undefined, 'none came')
    await journal.append(callback('k', { bad: 1 }, { singleUse: true, refused: [{ issue: 'is wrong', field: 'f', location: 'body' }] }))
    t.equal(await journal.handOver('tokenio', 'k', to('app-7')), undefined, 'none that was not refused')
    const good = callback('k', { a: 1 }, { singleUse: true, reply: { code: 'c' } })
    await journal.append(good)
    const both = await Promise.allSettled([journal.handOver('tokenio', 'k', to('app-7')), journal.handOver('tokenio', 'k', to('app-8'))])
    t.same(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'], 'one of two that ask at once')
    const first = both[0].status === 'fulfilled' ? 'app-7' : 'app-8'
    clock.now += 60_000
    t.same(await journal.handOver('tokenio', 'k', to(first)), good)
    await t.rejects(journal.handOver('tokenio', 'k', to('app-9')), { code: 'KEY_USED' })
    clock.now += 1
    await t.rejects(journal.handOver('tokenio', 'k', to(first)), { code: 'KEY_USED' }, 'the time counts from the first')
    t.equal(await journal.handOver('oid4vp', 'k', to('app-7')), undefined)
  })

  test('a key of any characters that strangers may send is asked for like any other, and nobody has it', async (t, { journal, clock }) => {
    await published(journal, clock, 'k')
    for (const key of ['\0', 'k\0', '\ud800', "'", '\\']) {
      t.equal(await journal.lastEvent('tokenio', key), undefined, JSON.stringify(key))
      t.equal(await journal.show(key), undefined)
      t.same((await journal.list({ key })).entries, [])
      t.equal(await journal.erase(key), 0)
      t.equal(await journal.redrive({ key }), 0)
      t.equal(await journal.handOver('tokenio', key, { client: 'app-7', again: 60_000 }), undefined)
    }
  })

  test('a rerouted event goes out on the other topic too, with its id, once', async (t, { journal, event, clock }) => {
    t.notOk(await journal.reroute('tokenio', 'k', 'u/k'))
    const id = await published(journal, clock, 'k')
    t.ok(await journal.reroute('tokenio', 'k', 'u/k'))
    t.ok(await journal.reroute('tokenio', 'k', 'u/k'))
    const again = await event()
    t.same([again.event.id, again.event.topic, again.event.payload], [id, 'u/k', '{"key":"k"}'])
    t.ok(await journal.markPublished(again))
    t.same(await journal.claimEvents(10), [])
    t.ok(await journal.reroute('tokenio', 'k', 'u/k'), 'asked for again, it goes out again')
    t.ok(await journal.markPublished(await event()))
    t.equal((await journal.lastEvent('tokenio', 'k'))?.topic, 'u/k')
  })

  test('a rerouted event follows what still waits, and the next event follows it', async (t, { journal, one, event }) => {
    await journal.append(callback('k', { a: 1 }))
    const first = told('k')
    await journal.recordEvents(await one(), first)
    const head = await event()
    await journal.reroute('tokenio', 'k', 'u/k')
    await journal.append(callback('k', { a: 2 }))
    const next = told('k', {}, 'u/k')
    await journal.recordEvents(await one(), next)
    t.same(await journal.claimEvents(10), [])
    await journal.markPublished(head)
    const rerouted = await event()
    t.same([rerouted.event.id, rerouted.event.topic], [first.events[0]!.id, 'u/k'])
    await journal.markPublished(rerouted)
    t.equal((await event()).event.id, next.events[0]!.id)
  })

  test('each topic of a rerouted event is cleared in its own time', async (t, { journal, event, clock }) => {
    const eventId = await published(journal, clock, 'k', 900)
    clock.now += 500
    await journal.reroute('tokenio', 'k', 'u/k')
    await journal.markPublished(await event(), clock.now + 900)
    clock.now += 400
    const [first, ...more] = await journal.claimExpired(10)
    t.same([first, more], [{ topic: 't/k', eventId }, []])
    await journal.markCleared(first!)
    t.same(await journal.claimEvents(10), [])
    clock.now += 500
    t.same(await journal.claimExpired(10), [{ topic: 'u/k', eventId }])
  })

  async function buried (journal: Journal, key: string, parameters = {}): Promise<string> {
    const { id } = await journal.append(callback(key, parameters))
    const [claim] = await journal.claim('tokenio', 1)
    await journal.bury(claim!, refused)
    return id
  }
  const statusOf = async (journal: Keeping, id: string) => (await journal.show(id))?.status

  test('an entry is delivered once its last event is acknowledged, or when it has none', async (t, { journal, one, event, clock }) => {
    const { id } = await journal.append(callback('k', { a: 1 }))
    t.equal(await statusOf(journal, id), 'waiting')
    await journal.recordEvents(await one(), told('k', { events: [...told('k').events, ...told('k').events] }))
    await journal.markPublished(await event())
    t.equal(await statusOf(journal, id), 'waiting')
    await journal.markPublished(await event())
    t.equal(await statusOf(journal, id), 'delivered')
    const silent = await journal.append(callback('k', { a: 2 }))
    await journal.recordEvents(await one(), told('k', { events: [], askAgainAt: clock.now }))
    t.equal(await statusOf(journal, silent.id), 'waiting', 'it watches')
    await journal.recordEvents(await one(), told('k', { events: [], final: true }))
    t.equal(await statusOf(journal, silent.id), 'delivered')
  })

  test('entries are listed newest first, page by page, by any filter', async (t, { journal, clock }) => {
    const all: string[] = []
    for (const [i, key] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      if (i < 2) all.unshift(await buried(journal, key))
      else if (i === 2) { await published(journal, clock, key); all.unshift((await journal.list({ key })).entries[0]!.id) }
      else all.unshift((await journal.append(callback(key))).id)
      clock.now += 1000
    }
    const other = (await journal.append(callback('a', {}, { provider: 'oid4vp' }))).id
    const ids = async (filter: EntryFilter) => (await journal.list(filter)).entries.map(({ id }) => id)
    t.same(await ids({}), [other, ...all])
    t.same(await ids({ provider: 'oid4vp' }), [other])
    t.same(await ids({ key: 'a' }), [other, all[4]])
    t.same(await ids({ key: 'a', provider: 'tokenio' }), [all[4]])
    t.same(await ids({ status: 'waiting' }), [other, all[0], all[1]])
    t.same(await ids({ status: 'delivered' }), [all[2]])
    t.same(await ids({ status: 'buried' }), [all[3], all[4]])
    t.same(await ids({ since: start + 1000, until: start + 3000 }), [all[1], all[2], all[3]])
    t.same(await ids({ since: start + 1001, until: start + 2999, provider: 'tokenio' }), [all[2]])
    t.same(await ids({ status: 'buried', until: start }), [all[4]])
    t.same(await ids({ since: clock.now + 1 }), [])
    t.same(await ids({ key: 'nobody' }), [])

    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await journal.list({ limit: 2, ...cursor === undefined ? {} : { cursor } })
      t.ok(page.entries.length <= 2)
      seen.push(...page.entries.map(({ id }) => id))
      cursor = page.cursor
    } while (cursor !== undefined)
    t.same(seen, [other, ...all])
    t.same((await journal.list({ limit: 6 })).cursor, undefined, 'a full last page is the last')
    await t.rejects(journal.list({ cursor: 'x' }), { code: 'PARAMETERS_INVALID' })
  })

  test('one entry is shown with its failed tries and its events', async (t, { journal, one, event, clock }) => {
    const { id } = await journal.append(callback('k'))
    await journal.reschedule(await one(), clock.now, away)
    clock.now += 1
    const payload = JSON.stringify({ id: 'e', data: { status: 'PROCESSED' } })
    await journal.recordEvents(await one(), told('k', { events: [{ id: 'e', type: 'x', topic: 't/k', payload }] }))
    await journal.rescheduleEvent(await event(), clock.now, refused)
    const before = { id: 'e', type: 'x', topic: 't/k', recordedAt: start + 1, data: { status: 'PROCESSED' } }
    const summary = { id, provider: 'tokenio', key: 'k', status: 'waiting', receivedAt: start, attempts: 2 }
    const tries = [{ at: start, code: 'PROVIDER_AWAY', reason: away.reason }, { at: start + 1, code: 'RESULT_REFUSED', reason: 'status 500' }]
    t.same(await journal.show(id), { ...summary, tries, events: [before] })
    clock.now += 1
    await journal.markPublished(await event())
    t.match(await journal.show(id), { status: 'delivered', events: [{ publishedAt: start + 2 }] })
    t.match(await journal.list({}), { entries: [{ ...summary, status: 'delivered' }] })
    t.equal(await journal.show(randomUUID()), undefined)
  })

  test('a redriven entry is due at once, its failures count from nothing, before what came later', async (t, { journal, one, none, clock }) => {
    const id = await buried(journal, 'k', { a: 1 })
    t.match(await journal.show(id), { status: 'buried', reason: /^RESULT_REFUSED: / })
    await journal.append(callback('k', { a: 2 }))
    t.equal(await journal.redrive({ id }), 1)
    t.equal(await journal.redrive({ id }), 0, 'it is buried no more')
    t.equal(await journal.redrive({ id: randomUUID() }), 0)
    const claim = await one()
    t.same([claim.entry.id, claim.failures, claim.streak], [id, 0, 0])
    t.notOk((await journal.show(id))?.reason)
    await journal.recordEvents(claim, told('k'))
    await journal.recordEvents(await one(), told('k', { events: [] }))
    clock.now += 1e9
    await none()
  })

  test('an entry is redriven while another of its key is held, and both are asked for', async (t, { journal, one, none }) => {
    const id = await buried(journal, 'k', { a: 1 })
    const second = await journal.append(callback('k', { a: 2 }))
    const held = await one()
    t.equal(held.entry.id, second.id)
    await journal.redrive({ id })
    await none()
    t.ok(await journal.recordEvents(held, told('k')))
    const claim = await one()
    t.equal(claim.entry.id, id)
    await journal.recordEvents(claim, told('k'))
    await none()
  })

  test('an entry whose event was given up publishes it with its old id, and what followed it again', async (t, { journal, one, none, event, clock }) => {
    const { id } = await journal.append(callback('k', { a: 1 }))
    await journal.recordEvents(await one(), told('k', { final: true }))
    const given = await event()
    await journal.buryEvent(given, new Failure('PUBLISH_REFUSED_FOR_GOOD'))
    const later = await published(journal, clock, 'k')
    t.equal(await journal.redrive({ key: 'k' }), 1)
    const again = await event()
    t.same([again.event.id, again.failures], [given.event.id, 0])
    await journal.markPublished(again)
    const last = await event()
    t.equal(last.event.id, later)
    await journal.markPublished(last)
    t.equal(await statusOf(journal, id), 'delivered')
    await none()
  })

  test('an entry that watched when its event was given up watches again', async (t, { journal, one, event, clock }) => {
    const { id } = await journal.append(callback('k'))
    await journal.recordEvents(await one(), told('k', { askAgainAt: clock.now + 5000 }))
    await journal.buryEvent(await event(), new Failure('PUBLISH_REFUSED_FOR_GOOD'))
    await journal.redrive({ id })
    t.equal((await one()).entry.id, id)
    t.ok(await event())
  })

  test('redrive takes what the filter names, also very many', async (t, { journal, clock }) => {
    await buried(journal, 'early')
    clock.now += 1000
    await Promise.all(Array.from({ length: 600 }, (_, i) => journal.append(callback(`k${i}`))))
    await Promise.all((await journal.claim('tokenio', 1000)).map(claim => journal.bury(claim, refused)))
    t.equal(await journal.redrive({ provider: 'oid4vp' }), 0)
    t.equal(await journal.redrive({ until: start + 999 }), 1)
    t.equal(await journal.redrive({ since: clock.now, key: 'k7' }), 1)
    t.equal(await journal.redrive({}), 599)
    t.equal((await journal.claim('tokenio', 1000)).length, 601)
  })

  test('an erased key is gone at once, its repeats stay repeats, its topics are cleared', async (t, { journal, one, none, clock }) => {
    const given = callback('k', { a: 1 }, { reply: { code: 'r' } })
    const eventId = await published(journal, clock, 'k')
    await published(journal, clock, 'other')
    const { id } = await journal.append(given)
    await journal.append(callback('k', { a: 3 }))
    t.equal(await journal.erase('nobody'), 0)
    t.equal(await journal.erase('k'), 3)
    await none()
    t.equal(await journal.show(id), undefined)
    t.same((await journal.list({})).entries.map(({ key }) => key), ['other'])
    t.equal(await journal.lastEvent('tokenio', 'k'), undefined)
    t.same(await journal.append(given), { id, isNew: false, reply: undefined })
    t.same(await journal.recognise(given), { id, isNew: false, reply: undefined })
    const expired = await journal.claimExpired(10)
    t.same(expired, [{ topic: 't/k', eventId }])
    await journal.markCleared(expired[0]!)
    clock.now += 1e9
    t.same(await journal.claimExpired(10), [])
    t.same(await journal.claimEvents(10), [])
    t.equal(await journal.republish({ since: 0 }), 1, 'the other one')
    t.equal((await journal.append(callback('k', { a: 4 }))).isNew, true, 'the key may begin anew')
    t.equal((await one()).final, false)
  })

  test('who held an erased key has no say any more, and its topic is cleared after what was on its way', async (t, { journal, one, event, clock }) => {
    await journal.append(callback('k', { a: 1 }))
    await journal.recordEvents(await one(), told('k', { askAgainAt: clock.now }))
    const [claim, onItsWay] = [await one(), await event()]
    await journal.erase('k')
    await journal.append(callback('k', { a: 2 }))
    t.notOk(await journal.recordEvents(claim, told('k')))
    t.notOk(await journal.bury(claim, refused))
    t.notOk(await journal.markPublished(onItsWay))
    t.notOk(await journal.rescheduleEvent(onItsWay, clock.now, away))
    clock.now += lease
    t.match(await journal.claimExpired(10), [{ topic: 't/k' }])
    t.ok(await journal.recordEvents(await one(), told('k')))
  })

  test('what ended long ago leaves a tombstone, and that leaves in its time', async (t, { journal, one, event, none, clock }) => {
    const given = callback('k', { a: 1 }, { reply: { code: 'r' }, singleUse: true })
    const { id } = await journal.append(given)
    await journal.recordEvents(await one(), told('k'))
    const early = { payloads: clock.now, tombstones: 0, limit: 10 }
    t.equal(await journal.forget({ ...early, payloads: clock.now + 1 }), 0, 'not while its event waits')
    await journal.markPublished(await event())
    const buriedId = await buried(journal, 'buried')
    const waiting = await journal.append(callback('waiting'))
    t.equal(await journal.forget(early), 0, 'not before its time')
    clock.now += 1000
    t.equal(await journal.forget({ ...early, payloads: clock.now }), 2)
    t.same((await journal.list({})).entries.map(({ id }) => id), [waiting.id])
    t.same([await journal.show(id), await journal.show(buriedId)], [undefined, undefined])
    t.same(await journal.append(given), { id, isNew: false, reply: { code: 'r' } }, 'a repeat stays a repeat')
    await t.rejects(journal.append({ ...given, parameters: { a: 2 } }), { code: 'KEY_USED' })
    t.equal(await journal.redrive({}), 0)
    t.equal(await journal.republish({ since: 0 }), 0)
    await journal.recordEvents(await one(), told('waiting'))
    t.equal(await journal.forget({ payloads: 0, tombstones: clock.now, limit: 1 }), 1, 'a batch at a time')
    t.equal(await journal.forget({ payloads: 0, tombstones: clock.now, limit: 10 }), 1)
    t.equal((await journal.append({ ...given, parameters: { a: 2 } })).isNew, true)
    await one()
    await none()
  })

  test('a topic that is still to be cleared is, also after its payload left', async (t, { journal, clock }) => {
    const eventId = await published(journal, clock, 'k', 900)
    t.equal(await journal.forget({ payloads: clock.now + 1, tombstones: 0, limit: 10 }), 1)
    t.equal(await journal.lastEvent('tokenio', 'k'), undefined)
    clock.now += 900
    const expired = await journal.claimExpired(10)
    t.same(expired, [{ topic: 't/k', eventId }])
    await journal.markCleared(expired[0]!)
    clock.now += 1e9
    t.same(await journal.claimExpired(10), [])
  })

  /** What a key is worth at each stage of its life, whether it was just appended or was there for long. */
  const stages: { readonly [title: string]: { readonly act: (given: Given) => Promise<unknown>, readonly count: object, readonly status: string, readonly due: readonly [claims: number, events: number] } } = {
    'waits': { act: async () => undefined, count: { waiting: 1, buried: 0, unpublished: 0, oldestWaiting: start }, status: 'waiting', due: [1, 0] },
    'was released': { act: async ({ journal, one }) => journal.release(await one()), count: { waiting: 1, buried: 0, unpublished: 0, oldestWaiting: start }, status: 'waiting', due: [1, 0] },
    'was asked for, too long ago': { act: async ({ one, clock }) => { await one(); clock.now += lease }, count: { waiting: 1, buried: 0, unpublished: 0, oldestWaiting: start }, status: 'waiting', due: [1, 0] },
    'was told': { act: async ({ journal, one }) => journal.recordEvents(await one(), told('k')), count: { waiting: 1, buried: 0, unpublished: 1, oldestWaiting: start }, status: 'waiting', due: [0, 1] },
    'had its event released': { act: async ({ journal, one, event }) => { await journal.recordEvents(await one(), told('k')); await journal.releaseEvent(await event()) }, count: { waiting: 1, buried: 0, unpublished: 1, oldestWaiting: start }, status: 'waiting', due: [0, 1] },
    'had its event sent, too long ago': { act: async ({ journal, one, event, clock }) => { await journal.recordEvents(await one(), told('k')); await event(); clock.now += lease }, count: { waiting: 1, buried: 0, unpublished: 1, oldestWaiting: start }, status: 'waiting', due: [0, 1] },
    'is delivered': { act: async ({ journal, one, event }) => { await journal.recordEvents(await one(), told('k')); await journal.markPublished(await event()) }, count: { waiting: 0, buried: 0, unpublished: 0 }, status: 'delivered', due: [0, 0] },
    'had nothing to say': { act: async ({ journal, one }) => journal.recordEvents(await one(), told('k', { events: [] })), count: { waiting: 0, buried: 0, unpublished: 0 }, status: 'delivered', due: [0, 0] },
  }

  for (const [title, { act, count, status, due: [claims, events] }] of Object.entries(stages)) {
    test(`a key that ${title} is counted, listed and due alike, before and after it was looked at and after a restart`, async (t, given) => {
      const { journal, reopen, keepsLeases } = given
      const { id } = await journal.append(callback('k'))
      await act(given)
      t.same(await journal.count(), count)
      t.match(await journal.show(id), { status, attempts: 0 })
      t.same(await journal.count(), count, 'after it was looked at')
      t.match((await journal.list({ key: 'k' })).entries, [{ id, status }])
      const reopened = await reopen?.()
      const now = reopened ?? journal
      t.same(await now.count(), count, 'after a restart')
      if (keepsLeases && reopened !== undefined) return
      t.same([(await now.claim('tokenio', 10)).length, (await now.claimEvents(10)).length], [claims, events])
    })

    test(`a second callback of a key that ${title} is asked for after the first, and told after it`, async (t, given) => {
      const { journal, one, event } = given
      await journal.append(callback('k'))
      await act(given)
      const second = await journal.append(callback('k', { a: 2 }))
      if (claims === 1) await journal.recordEvents(await one(), told('k', { events: [] }))
      const claim = await one()
      t.equal(claim.entry.id, second.id)
      const last = told('k')
      await journal.recordEvents(claim, last)
      t.same(await journal.lastEvent('tokenio', 'k'), last.events[0])
      if (events === 1) await journal.markPublished(await event())
      t.equal((await event()).event.id, last.events[0]!.id)
    })

    test(`a key that ${title} can be erased, and its claims with it`, async (t, given) => {
      const { journal, none, one } = given
      const { id } = await journal.append(callback('k'))
      await act(given)
      t.equal(await journal.erase('k'), 1)
      t.same(await journal.count(), { waiting: 0, buried: 0, unpublished: 0 })
      t.same([await journal.show(id), await journal.lastEvent('tokenio', 'k')], [undefined, undefined])
      await none()
      t.same(await journal.claimEvents(10), [])
      t.same(await journal.append(callback('k')), { id, isNew: false, reply: undefined })
      t.ok((await journal.append(callback('k', { a: 2 }))).isNew)
      t.ok(await journal.recordEvents(await one(), told('k')))
    })
  }

  test('a second callback of a key whose first one is claimed waits for it, and makes it due again at once', async (t, { journal, one, none, clock }) => {
    await journal.append(callback('k', { a: 1 }))
    const first = await one()
    const { id } = await journal.append(callback('k', { a: 2 }))
    await none()
    t.ok(await journal.reschedule(first, clock.now + 60_000, away))
    const again = await one()
    t.same([again.entry.id, again.streak], [first.entry.id, 1])
    t.ok(await journal.recordEvents(again, told('k')))
    t.equal((await one()).entry.id, id)
  })

  test('both events of a key that is written nowhere else are cleared once, the later one of a topic only', async (t, { journal, one, event, clock }) => {
    await journal.append(callback('k'))
    const [first, second, other] = [...told('k').events, ...told('k').events, ...told('k', {}, 'u/k').events]
    await journal.recordEvents(await one(), told('k', { events: [first!, other!, second!] }))
    for (let i = 0; i < 3; i++) await journal.markPublished(await event(), clock.now + 900)
    clock.now += 900
    const expired = await journal.claimExpired(10)
    t.same(Object.fromEntries(expired.map(({ topic, eventId }) => [topic, eventId])), { 't/k': second!.id, 'u/k': other!.id })
    for (const each of expired) await journal.markCleared(each)
    t.same([await journal.claimExpired(10), await journal.claimEvents(10)], [[], []])
  })

  test('counts what waits, what is buried and what is unpublished', async (t, { journal, clock }) => {
    t.same(await journal.count(), { waiting: 0, buried: 0, unpublished: 0 })
    await buried(journal, 'a')
    await published(journal, clock, 'b')
    clock.now += 5
    await journal.append(callback('c'))
    await journal.append(callback('d'))
    const [claim] = await journal.claim('tokenio', 1)
    await journal.recordEvents(claim!, told('c'))
    t.same(await journal.count(), { waiting: 2, buried: 1, unpublished: 1, oldestWaiting: start + 5 })
  })

  test('what is appended or recorded wakes, the last one given, only once it can be claimed', async (t, { journal, one }) => {
    const woken = { appended: 0, recorded: 0 }
    journal.onAppended(() => t.fail('replaced'))
    const appended = new Promise<number>(resolve => { journal.onAppended(() => { woken.appended++; resolve(journal.claim('tokenio', 0).then(() => woken.appended)) }) })
    const recorded = new Promise<number>(resolve => { journal.onRecorded(() => { woken.recorded++; resolve(journal.claimEvents(10).then(({ length }) => length)) }) })
    await Promise.all([journal.append(callback('k')), journal.append(callback('k'))])
    t.equal(await appended, 1, 'once for both')
    await journal.append(callback('k'))
    t.equal(woken.appended, 1, 'a repeat wakes nobody')
    await journal.recordEvents(await one(), told('k'))
    t.equal(await recorded, 1)
  })

  test('check proves nothing wrong, and a closed journal refuses all', async (t, { journal, one }) => {
    await journal.check()
    await journal.append(callback('k'))
    const claim = await one()
    const last = journal.append(callback('last'))
    await journal.close()
    t.ok((await last).isNew, 'what was taken before is kept')
    const acts: (() => Promise<unknown>)[] = [() => journal.append(callback('k')), () => journal.claim('tokenio', 1), () => journal.claimEvents(1), () => journal.recordEvents(claim, told('k')), () => journal.check()]
    for (const act of acts) {
      await t.rejects(async () => { await act() }, { code: 'JOURNAL_UNAVAILABLE' })
    }
    await journal.close()
  })
}
