import t from 'tap'
import { callback, told } from '../../journal-contract.ts'
import { openParts } from '../open-parts.ts'

void t.test('a sheet that tells of keys which the tables know by now brings none of them back', async t => {
  const { open, db } = await openParts(t)
  const first = open()
  await Promise.all(['a', 'b', 'c'].map(key => first.append(callback(key))))
  for (const claim of await first.claim('tokenio', 2)) await first.recordEvents(claim, told(claim.entry.callback.key))
  await first.handOver('tokenio', 'a', { client: 'c', again: 0 }) // folds it; its neighbours keep the sheet
  await first.append(callback('b', { a: 2 }))
  t.ok(db.prepare('SELECT 1 FROM sheets').get())
  const journal = open()
  t.match(await journal.count(), { waiting: 4, unpublished: 2 })
  t.same((await journal.claimEvents(10)).map(({ event }) => event.topic).toSorted(), ['t/a', 't/b'])
  t.same((await journal.claim('tokenio', 10)).map(({ entry }) => entry.callback.key).toSorted(), ['b', 'c'])
  await journal.erase('a')
  t.equal((await open().list({ key: 'a' })).entries.length, 0, 'nor an erased one')
})

void t.test('a sheet that was altered is refused at the start', async t => {
  const { open, db, seal } = await openParts(t)
  await open().append(callback('k', { amount: 1 }))
  const text = seal.open(db.prepare('SELECT body FROM sheets').get()?.body as Uint8Array, 'sheet 1')
  const alter = (to: string): void => { db.prepare('UPDATE sheets SET body = ?').run(seal.close(to, 'sheet 1')) }
  alter(text.replace('{"amount":1}', '{"amount":2}'))
  t.throws(open, { code: 'JOURNAL_UNREADABLE', reason: /altered/ })
  alter(text.slice(1))
  t.throws(open, { code: 'JOURNAL_UNREADABLE', reason: /cannot be read/ })
  alter(text)
  t.match(await open().count(), { waiting: 1 })
})
