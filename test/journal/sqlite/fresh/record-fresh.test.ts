import t from 'tap'
import { callback, told } from '../../journal-contract.ts'
import { openParts } from '../open-parts.ts'

void t.test('a result that could not be written was not told, and its claim may tell it again', async t => {
  const { open, db } = await openParts(t)
  const journal = open()
  await journal.append(callback('k'))
  const [claim] = await journal.claim('tokenio', 1)
  db.exec('PRAGMA query_only = ON')
  await t.rejects(journal.recordEvents(claim!, told('k')), { code: 'JOURNAL_UNAVAILABLE' })
  db.exec('PRAGMA query_only = OFF')
  t.same([await journal.claimEvents(1), await journal.claim('tokenio', 1), await journal.lastEvent('tokenio', 'k')], [[], [], undefined])
  const said = told('k')
  t.ok(await journal.recordEvents(claim!, said))
  t.same((await journal.claimEvents(10)).map(({ event }) => event), said.events)
})

void t.test('one claim tells once, though its commit fails with a neighbour', async t => {
  const { open, transactions } = await openParts(t)
  const journal = open()
  await journal.append(callback('k'))
  const [claim] = await journal.claim('tokenio', 1)
  const both = [journal.recordEvents(claim!, told('k')), journal.recordEvents(claim!, told('k'))]
  await t.rejects(transactions.write(() => { throw new Error('bad') }))
  t.same(await Promise.all(both), [true, false])
  t.match(await journal.count(), { waiting: 1, unpublished: 1 })
  t.equal((await open().claimEvents(10)).length, 1, 'also after a crash')
})
