import t from 'tap'
import { createEntryId } from '../../src/journal/entry-id.ts'

void t.test('an id is a UUID of version 7 that tells its time', async t => {
  const entryId = createEntryId({ now: () => 0x0123456789ab, random: () => new Uint8Array(8).fill(0xff) })
  t.equal(entryId(), '01234567-89ab-7000-bfff-ffffffffffff')
  t.equal(entryId(), '01234567-89ab-7001-bfff-ffffffffffff')
})

void t.test('ids grow within a millisecond, past its 4096, and when the clock is set back', async t => {
  let now = 1_800_000_000_000
  const entryId = createEntryId({ now: () => now })
  const ids = Array.from({ length: 10_000 }, (_, i) => { if (i === 9000) now -= 60_000; return entryId() })
  t.same(ids.toSorted(), ids)
  t.equal(new Set(ids).size, ids.length)
})
