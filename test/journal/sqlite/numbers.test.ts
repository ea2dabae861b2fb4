import t from 'tap'
import { createNumbers } from '../../../src/journal/sqlite/numbers.ts'
import { callback, told } from '../journal-contract.ts'
import { openParts } from './open-parts.ts'

void t.test('numbers go on after those of the tables, and after those that sheets have used', async t => {
  const { db } = await openParts(t)
  t.same([createNumbers({ db }).entry(), createNumbers({ db }).event()], [1, 1])
  db.exec(`INSERT INTO entries (seq, id, provider, key, fingerprint, follows, status, received_at) VALUES (7, 'i', 'p', 'k', x'00', 0, 'gone', 0)`)
  const numbers = createNumbers({ db })
  t.equal(numbers.entry(), 8)
  numbers.pass({ entry: 20, event: 5 })
  numbers.pass({ entry: 10 })
  t.same([numbers.entry(), numbers.event()], [21, 6])
})

void t.test('a number that is given again after its row has left makes no key find another\'s entry or event', async t => {
  const { open, clock } = await openParts(t)
  const first = open()
  await first.append(callback('old', { a: 1 }))
  await first.append(callback('old', { a: 2 }))
  for (let i = 0; i < 2; i++) {
    const [claim] = await first.claim('tokenio', 1)
    await first.recordEvents(claim!, told('old'))
    const [event] = await first.claimEvents(1)
    await first.markPublished(event!)
  }
  clock.now += 1000
  await first.append(callback('old', { a: 3 })) // keeps the watch, which still names the first entry and event
  for (let i = 0; i < 2; i++) await first.forget({ payloads: clock.now, tombstones: clock.now, limit: 10 })
  const journal = open()
  await journal.append(callback('new'))
  t.same((await journal.list({ key: 'new' })).entries.map(({ key }) => key), ['new'])
  t.same((await journal.list({ key: 'old' })).entries.length, 1)
  const claims = await journal.claim('tokenio', 10)
  for (const claim of claims) await journal.recordEvents(claim, told(claim.entry.callback.key))
  for (const key of ['old', 'new']) t.equal((await journal.lastEvent('tokenio', key))?.topic, `t/${key}`)
  t.equal(await journal.erase('old'), 1)
  t.equal((await journal.lastEvent('tokenio', 'new'))?.topic, 't/new')
})
