import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createSeal } from '../../../../src/database/seal.ts'
import { createSheets } from '../../../../src/journal/sqlite/fresh/sheets.ts'
import { openParts } from '../open-parts.ts'

const appended = (seq: number, text = 'x'): string => JSON.stringify({ appended: [seq, `id${seq}`, '', 0, 0], callback: { provider: 'p', key: `k${seq}`, parameters: { text } }, reply: seq === 1 ? { code: 'r' } : null })

void t.test('all lines of one commit are one sheet, and a callback is found on it', async t => {
  const { db, seal, transactions, number } = await openParts(t)
  const sheets = createSheets({ db, seal })
  const written = await Promise.all([1, 2].map(seq => transactions.write(transaction => sheets.write(appended(seq), transaction))))
  t.same([written, number('sheets'), sheets.last()], [[1, 1], 1, 1])
  t.same(sheets.callbackOf({ sheet: 1, seq: 1 }), { provider: 'p', key: 'k1', parameters: { text: 'x' }, reply: { code: 'r' } })
  t.same([...createSheets({ db, seal }).all()].map(({ sheet, line }) => [sheet, 'appended' in line && line.appended[0]]), [[1, 1], [1, 2]])
})

void t.test('of a commit that failed nothing is on a sheet, nor on the next one', async t => {
  const { db, seal, transactions } = await openParts(t)
  const sheets = createSheets({ db, seal })
  await transactions.write(transaction => { sheets.write(appended(1, 'x'.repeat(1_000_000)), transaction); sheets.write(appended(2), transaction); throw new Error('failed') }).catch(() => {})
  await transactions.write(transaction => sheets.write(appended(3), transaction))
  t.same([...sheets.all()].map(({ line }) => 'appended' in line && line.appended[0]), [3])
})

void t.test('a large sheet ends, and the next line begins another', async t => {
  const { db, seal, transactions } = await openParts(t)
  const sheets = createSheets({ db, seal })
  const large = 'x'.repeat(600_000)
  t.same(await transactions.write(transaction => [1, 2, 3].map(seq => sheets.write(appended(seq, large), transaction))), [1, 1, 2])
  t.same([1, 2, 3].map(seq => sheets.callbackOf({ sheet: seq === 3 ? 2 : 1, seq }).key), ['k1', 'k2', 'k3'])
})

void t.test('sheets leave from the oldest on, not before one that is needed, and come back when the commit fails', async t => {
  const { db, seal, transactions, number } = await openParts(t)
  const sheets = createSheets({ db, seal })
  for (const seq of [1, 2, 3]) await transactions.write(transaction => sheets.write(appended(seq), transaction))
  t.same([sheets.isLeft(), sheets.isLeft(1), sheets.isLeft(2)], [true, false, true])
  await transactions.write(transaction => { sheets.drop(transaction); throw new Error('failed') }).catch(() => {})
  t.same([number('sheets'), sheets.isLeft(2)], [3, true])
  await transactions.write(transaction => { sheets.drop(transaction, 3) })
  t.same([number('sheets'), sheets.isLeft(3), sheets.isLeft()], [1, false, true])
  await transactions.write(transaction => { sheets.drop(transaction) })
  t.same([number('sheets'), sheets.isLeft()], [0, false])
})

void t.test('a sheet is bound to its place, and one that is damaged is told as such', async t => {
  const { db, transactions } = await openParts(t)
  const seal = createSeal([randomBytes(32)])
  const sheets = createSheets({ db, seal })
  for (const seq of [1, 2]) await transactions.write(transaction => sheets.write(appended(seq), transaction))
  db.exec('UPDATE sheets SET body = (SELECT body FROM sheets WHERE seq = 1) WHERE seq = 2')
  t.throws(() => sheets.callbackOf({ sheet: 2, seq: 2 }), { code: 'JOURNAL_UNREADABLE' })
  t.throws(() => [...sheets.all()], { code: 'JOURNAL_UNREADABLE' })
  t.throws(() => sheets.callbackOf({ sheet: 3, seq: 3 }), { code: 'JOURNAL_UNREADABLE', reason: /missing/ })
  t.throws(() => sheets.callbackOf({ sheet: 1, seq: 9 }), { code: 'JOURNAL_UNREADABLE', reason: /lacks a line/ })
  db.prepare('UPDATE sheets SET body = ? WHERE seq = 1').run(seal.close('[', 'sheet 1'))
  t.throws(() => [...sheets.all()], { code: 'JOURNAL_UNREADABLE', reason: /cannot be read/ })
})
