import t from 'tap'
import { Failure } from '../../../../src/domain/failure.ts'
import { callback, told } from '../../journal-contract.ts'
import { isUnreadable } from '../../../../src/journal/sqlite/fresh/fold.ts'
import { openParts } from '../open-parts.ts'

void t.test('a folded key is as the tables would have kept it', async t => {
  const { open, db, clock } = await openParts(t)
  const journal = open()
  const given = callback('k', { a: 1 }, { reply: { code: 'r' }, refused: [{ issue: 'is wrong', field: 'f', location: 'body' }] })
  const { id } = await journal.append(given)
  clock.now += 1
  const [claim] = await journal.claim('tokenio', 1)
  await journal.recordEvents(claim!, told('k', { events: [...told('k').events, ...told('k').events] }))
  clock.now += 1
  const [event] = await journal.claimEvents(1)
  await journal.markPublished(event!, clock.now + 900.5)
  await journal.list({})
  t.match(db.prepare('SELECT * FROM entries').all(), [{ seq: 1, id, provider: 'tokenio', key: 'k', follows: 0, status: 'resolved', received_at: clock.now - 2, ended_at: null, refusal: 1, asks: 1 }])
  t.match(db.prepare('SELECT * FROM watches').all(), [{ key: 'k', provider: 'tokenio', entry: 1, event: 1, due_at: null, head: null, watching: null, attempt: 1, final: 0, accepted: 0, refusals: 1 }])
  t.match(db.prepare('SELECT * FROM events ORDER BY seq').all(), [
    { seq: 1, entry: 1, follows: 0, due_at: null, attempt: 1, published_at: clock.now, clear_at: clock.now + 901, recorded_at: clock.now - 1 },
    { seq: 2, entry: 1, follows: 1, due_at: clock.now - 1, attempt: 0, published_at: null, clear_at: null },
  ])
  t.match(await journal.append(given), { id, isNew: false, reply: { code: 'r' } })
})

void t.test('a claim goes on over the fold of its key, and so does an event that is on its way', async t => {
  const { open } = await openParts(t)
  const journal = open()
  await journal.append(callback('k'))
  const [claim] = await journal.claim('tokenio', 1)
  await journal.list({})
  t.same(await journal.claim('tokenio', 1), [])
  t.ok(await journal.recordEvents(claim!, told('k')))
  await journal.append(callback('l'))
  const [other] = await journal.claim('tokenio', 1)
  await journal.recordEvents(other!, told('l'))
  const events = await journal.claimEvents(10)
  await journal.list({})
  t.same(await journal.claimEvents(10), [])
  t.same(await Promise.all(events.map(event => journal.markPublished(event))), [true, true])
})

void t.test('a callback whose sheet was lost is buried, and holds up nobody', async t => {
  const { open, db } = await openParts(t)
  const first = open()
  for (let i = 0; i < 4098; i++) await first.append(callback(`k${i}`))
  db.exec('DELETE FROM sheets WHERE seq = 1') // only there: as many are kept in memory as fit
  t.equal((await first.claim('tokenio', 5000)).length, 4097)
  t.match(await first.count(), { waiting: 4097, buried: 1 })
  t.match((await first.list({ status: 'buried' })).entries, [{ key: 'k0', reason: /missing/ }])
})

void t.test('only what is damaged for good is given up', async t => {
  t.same([new Failure('JOURNAL_UNREADABLE'), new Failure('JOURNAL_UNAVAILABLE'), Object.assign(new Error('disk I/O error'), { errcode: 10 })].map(isUnreadable), [true, false, false])
})
