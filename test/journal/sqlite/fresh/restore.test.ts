import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import t from 'tap'
import { openSqliteDatabase } from '../../../../src/database/sqlite.ts'
import { openSqliteJournal } from '../../../../src/journal/sqlite.ts'
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

void t.test('a copy that was made while keys were fresh gives all of them', async t => {
  const database = await openSqliteDatabase({ file: join(t.testdir(), 'journal.db'), keys: [] })
  t.teardown(() => database.close())
  const first = openSqliteJournal({ database })
  await first.append(callback('waiting'))
  await first.append(callback('told', {}, { provider: 'oid4vp' }))
  const [claim] = await first.claim('oid4vp', 1)
  await first.recordEvents(claim!, told('told'))
  const { path } = await database.backup()
  const copy = await openSqliteDatabase({ file: path, keys: [] })
  t.teardown(() => copy.close())
  const journal = openSqliteJournal({ database: copy })
  t.same((await journal.claim('tokenio', 10)).map(({ entry }) => entry.callback.key), ['waiting'])
  t.same((await journal.claimEvents(10)).map(({ event }) => event.topic), ['t/told'])
})

void t.test('sheets that an old sealing key closed are read as long as it is among the keys', async t => {
  const [old, young] = [randomBytes(32), randomBytes(32)]
  const source = await openSqliteDatabase({ file: join(t.testdir(), 'journal.db'), keys: [old] })
  t.teardown(() => source.close())
  const first = openSqliteJournal({ database: source })
  const { id } = await first.append(callback('waiting'))
  const { path } = await source.backup()
  const copy = await openSqliteDatabase({ file: path, keys: [young, old] })
  t.teardown(() => copy.close())
  const journal = openSqliteJournal({ database: copy })
  t.match(await journal.claim('tokenio', 10), [{ entry: { id, callback: { key: 'waiting' } } }])
  await journal.list({})
  t.equal(copy.db.prepare('SELECT 1 FROM sheets').get(), undefined)
  t.ok(copy.seal.isCurrent(copy.db.prepare('SELECT payload FROM entries').get()?.payload as Uint8Array), 'sealed anew')
})
