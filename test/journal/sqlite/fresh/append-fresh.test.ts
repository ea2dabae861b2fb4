import t from 'tap'
import { callback } from '../../journal-contract.ts'
import { openParts } from '../open-parts.ts'

void t.test('a callback that could not be written is not there, and is new when it comes again', async t => {
  const { open, db } = await openParts(t)
  const journal = open()
  db.exec('PRAGMA query_only = ON')
  await t.rejects(journal.append(callback('k')), { code: 'JOURNAL_UNAVAILABLE' })
  t.same([await journal.claim('tokenio', 1), (await journal.count()).waiting], [[], 0])
  db.exec('PRAGMA query_only = OFF')
  t.ok((await journal.append(callback('k'))).isNew)
  t.equal((await journal.claim('tokenio', 10)).length, 1)
})

void t.test('callbacks whose commit fails with a neighbour are there once, repeats as repeats', async t => {
  const { open, transactions, number } = await openParts(t)
  const journal = open()
  const appended = [1, 2, 1].map(n => journal.append(callback(`k${n}`)))
  await t.rejects(transactions.write(() => { throw new Error('bad') }))
  t.same((await Promise.all(appended)).map(({ isNew }) => isNew), [true, true, false])
  t.same([(await journal.claim('tokenio', 10)).length, number('sheets')], [2, 2], 'each in a commit of its own')
})

void t.test('a callback that comes alone is durable before the turn of the event loop is over, and those that come together share a commit', async t => {
  const { open, number } = await openParts(t)
  const journal = open()
  let isOver = false
  setImmediate(() => { isOver = true })
  await journal.append(callback('alone'))
  t.notOk(isOver)
  await new Promise(resolve => { setImmediate(resolve) })
  await Promise.all(['a', 'b', 'c'].map(key => journal.append(callback(key))))
  t.equal(number('sheets'), 2, 'one for each commit')
})
