import t from 'tap'
import { createSheetsInUse } from '../../../../src/journal/sqlite/fresh/sheets-in-use.ts'

void t.test('the first sheet is the oldest that somebody needs, also one that was put back', async t => {
  const inUse = createSheetsInUse()
  t.equal(inUse.first(), undefined)
  for (const sheet of [1, 1, 2, 3]) inUse.add(sheet)
  inUse.remove(1)
  t.equal(inUse.first(), 1, 'another one needs it')
  inUse.remove(1)
  inUse.remove(2)
  t.equal(inUse.first(), 3)
  inUse.add(2)
  inUse.add(1)
  t.equal(inUse.first(), 1)
  for (const sheet of [1, 2, 3]) inUse.remove(sheet)
  t.equal(inUse.first(), undefined)
})
