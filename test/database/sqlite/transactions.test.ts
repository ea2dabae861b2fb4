import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import type { Failure } from '../../../src/domain/failure.ts'
import { createTransactions } from '../../../src/database/sqlite/transactions.ts'

function open (t: Test) {
  const db = new DatabaseSync(':memory:')
  t.teardown(() => { db.close() })
  db.exec('CREATE TABLE rows (n INTEGER PRIMARY KEY, text TEXT) STRICT')
  const insert = db.prepare('INSERT INTO rows (n, text) VALUES (?, ?)')
  const troubles: Failure[] = []
  const transactions = createTransactions({ db, onTrouble: failure => { troubles.push(failure) } })
  const rows = (): unknown[] => db.prepare('SELECT n FROM rows ORDER BY n').all().map(({ n }) => n)
  return { db, transactions, troubles, rows, insert: (n: number, text = '') => transactions.write(() => insert.run(n, text).changes) }
}

void t.test('one bad operation fails alone, and leaves nothing behind', async t => {
  const { insert, rows, troubles } = open(t)
  const answers = await Promise.allSettled([insert(1), insert(1), insert(2)])
  t.same(answers.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])
  t.same(rows(), [1, 2])
  t.same(troubles, [], 'a fault of ours is no trouble of the disk')
})

void t.test('a full database refuses what does not fit, and takes it once there is room', async t => {
  const { db, insert, rows, troubles } = open(t)
  const { page_count: pages } = db.prepare('PRAGMA page_count').get() as { page_count: number }
  db.exec(`PRAGMA max_page_count = ${pages}`)
  const large = 'x'.repeat(100_000)
  const answers = await Promise.allSettled([insert(1), insert(2, large), insert(3)])
  t.match(answers, [{ status: 'fulfilled' }, { reason: { code: 'JOURNAL_UNAVAILABLE', status: 503, reason: /disk is full/ } }, { status: 'fulfilled' }])
  t.match(troubles[0], { code: 'JOURNAL_UNAVAILABLE' })
  t.same(rows(), [1, 3])
  db.exec('PRAGMA max_page_count = 1000000')
  await insert(2, large)
  t.same(rows(), [1, 2, 3])
})

void t.test('what was asked for on commit happens once, and only when it is durable', async t => {
  const { db, transactions, insert } = open(t)
  const happened: string[] = []
  const wake = (): void => { happened.push('woken') }
  const write = (name: string, act = (): void => {}) => transactions.write(transaction => {
    transaction.onCommit(() => { happened.push(`${name}, open: ${db.isTransaction}`) })
    transaction.wake(wake)
    act()
  })
  await Promise.allSettled([write('one'), write('two')])
  t.same(happened.splice(0), ['one, open: false', 'two, open: false', 'woken'])
  await Promise.allSettled([write('bad', () => { throw new Error('bad') })])
  await insert(1)
  t.same(happened, [])
})

void t.test('what was changed in memory is taken back in the reverse order, before the operation is tried alone', async t => {
  const { transactions, insert } = open(t)
  const happened: string[] = []
  const write = (name: string, act = (): void => {}) => transactions.write(transaction => {
    happened.push(name)
    transaction.onRollback(() => { happened.push(`no ${name}`) })
    act()
  })
  await Promise.allSettled([write('one'), write('two'), write('bad', () => { throw new Error('bad') })])
  t.same(happened, ['one', 'two', 'bad', 'no bad', 'no two', 'no one', 'one', 'two', 'bad', 'no bad'])
  await insert(1)
  t.equal(happened.length, 10, 'and never of what is durable')
})

void t.test('what comes before the commit happens once, within it, and what it throws fails all', async t => {
  const { db, transactions, rows } = open(t)
  let times = 0
  const last = (): void => { times++; db.exec('INSERT INTO rows (n) VALUES (7)') }
  const act = () => transactions.write(transaction => { transaction.beforeCommit(last) })
  await Promise.all([act(), act()])
  t.same([times, rows()], [1, [7]])
  const undone: string[] = []
  const answers = await Promise.allSettled([act(), transactions.write(transaction => { transaction.onRollback(() => { undone.push('undone') }) })])
  t.same(answers.map(({ status }) => status), ['rejected', 'fulfilled'], 'the row is there already')
  t.same(undone, ['undone'])
})

void t.test('what is asked for on close is done while it can still be written, once', async t => {
  const { transactions, insert, rows } = open(t)
  let times = 0
  transactions.onClose(async () => { times++; await insert(2) })
  const first = insert(1)
  await Promise.all([transactions.close(), transactions.close()])
  await first
  t.same([times, rows()], [1, [1, 2]])
  await t.rejects(insert(3), { code: 'JOURNAL_UNAVAILABLE' })
})
