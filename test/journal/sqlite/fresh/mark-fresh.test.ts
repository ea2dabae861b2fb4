import t from 'tap'
import { callback, told } from '../../journal-contract.ts'
import { openParts } from '../open-parts.ts'

async function openSent (t: Parameters<typeof openParts>[0]) {
  const parts = await openParts(t)
  const journal = parts.open()
  await journal.append(callback('k'))
  const [claim] = await journal.claim('tokenio', 1)
  await journal.recordEvents(claim!, told('k', { events: [1, 2].map(n => ({ ...told('k').events[0]!, id: `e${n}` })) }))
  const [sent] = await journal.claimEvents(1)
  return { ...parts, journal, sent: sent! }
}

void t.test('an acknowledgement that could not be written is none, and its claim may write it again', async t => {
  const { db, journal, sent } = await openSent(t)
  db.exec('PRAGMA query_only = ON')
  await t.rejects(journal.markPublished(sent), { code: 'JOURNAL_UNAVAILABLE' })
  db.exec('PRAGMA query_only = OFF')
  t.match([await journal.claimEvents(10), await journal.count()], [[], { unpublished: 2 }])
  t.ok(await journal.markPublished(sent))
  t.match(await journal.claimEvents(10), [{ event: { id: 'e2' } }])
})

void t.test('one claim marks once, though its commit fails with a neighbour, and never the next event', async t => {
  const { open, transactions, journal, sent } = await openSent(t)
  const both = [journal.markPublished(sent), journal.markPublished(sent)]
  await t.rejects(transactions.write(() => { throw new Error('bad') }))
  t.same(await Promise.all(both), [true, false])
  t.match(await journal.count(), { waiting: 1, unpublished: 1 })
  t.match(await open().claimEvents(10), [{ event: { id: 'e2' } }], 'also after a crash')
})
