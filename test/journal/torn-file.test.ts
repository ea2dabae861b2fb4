import { copyFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { asFailure } from '../../src/domain/failure.ts'
import { callback, told } from './journal-contract.ts'
import { openSqliteJournal } from './open-journal.ts'

const keys = [Buffer.alloc(32, 7)]
const number = 40
const given = Array.from({ length: number }, (_, i) => callback(`key-${i}`, { i, text: 'x'.repeat(i * 50) }))
const late = 8e15 // whatever is kept is due

type Spoil = (bytes: Buffer) => Buffer
interface Found { readonly entries: readonly number[], readonly buried: number, readonly refusal?: string }

/** A journal of 40 entries, 10 of them with a recorded event: as it lies there after `kill -9`, and after it was closed. */
async function images (t: Test): Promise<{ readonly killed: string, readonly closed: string }> {
  const folder = t.testdir()
  const [killed, closed] = [join(folder, 'killed.db'), join(folder, 'closed.db')]
  const file = join(folder, 'journal.db')
  const journal = await openSqliteJournal({ file, keys })
  for (const each of given.slice(0, 10)) await journal.append(each)
  for (const claim of await journal.claim('tokenio', 10)) await journal.recordEvents(claim, told(claim.entry.callback.key, { askAgainAt: Date.now() }))
  for (const each of given.slice(10)) await journal.append(each)
  copyFileSync(file, killed)
  copyFileSync(`${file}-wal`, `${killed}-wal`)
  await journal.close()
  copyFileSync(file, closed)
  return { killed, closed }
}

/** What the journal says of a copy whose file or WAL was spoilt. Fails on any entry or event that is not as it was. */
async function look (t: Test, folder: string, image: string, part: '' | '-wal', spoil: Spoil): Promise<Found> {
  const file = join(folder, 'copy.db')
  for (const end of ['', '-wal']) {
    writeFileSync(`${file}${end}`, '')
    if (existsSync(`${image}${end}`)) copyFileSync(`${image}${end}`, `${file}${end}`)
    else truncateSync(`${file}${end}`)
  }
  writeFileSync(`${file}${part}`, spoil(readFileSync(`${image}${part}`)))
  try {
    const journal = await openSqliteJournal({ file, keys, now: () => late })
    try {
      const claims = await journal.claim('tokenio', 1000)
      for (const { entry } of claims) t.same(entry.callback, given[Number(entry.callback.parameters.i)])
      const { buried } = await journal.count()
      for (const { event } of await journal.claimEvents(1000)) t.same(event.payload, `{"key":"${event.topic.slice(2)}"}`)
      return { entries: claims.map(({ entry }) => Number(entry.callback.parameters.i)).toSorted((a, b) => a - b), buried }
    } finally {
      await journal.close()
    }
  } catch (thrown) {
    const { code, reason } = asFailure(thrown)
    t.match(code, /^JOURNAL_(UNREADABLE|UNAVAILABLE)$/, String(asFailure(thrown).cause))
    return { entries: [], buried: 0, refusal: reason }
  }
}

/** Numbers from 0 to 1, the same ones each time. */
function chance (): () => number {
  let state = 1
  return () => (state = state * 48_271 % 2_147_483_647) / 2_147_483_647
}

const cut = (share: number): Spoil => bytes => bytes.subarray(0, Math.floor(bytes.length * share))
const flip = (share: number, bit: number): Spoil => bytes => {
  const at = Math.floor(bytes.length * share)
  bytes[at] = bytes[at]! ^ 1 << bit
  return bytes
}

void t.test('a WAL that is torn or altered anywhere gives all entries before that place, each as it was', async t => {
  const { killed } = await images(t)
  const folder = join(t.testdirName, 'copies')
  mkdirSync(folder)
  const random = chance()
  const whole = await look(t, folder, killed, '-wal', bytes => bytes)
  t.same(whole, { entries: given.map((_, i) => i), buried: 0 })
  const spoils = [...Array.from({ length: 40 }, () => cut(random())), ...Array.from({ length: 60 }, () => flip(random(), Math.floor(random() * 8)))]
  let recovered = 0
  for (const spoil of spoils) {
    const { entries, refusal } = await look(t, folder, killed, '-wal', spoil)
    if (refusal === undefined) { recovered++; t.same(entries, given.map((_, i) => i).slice(0, entries.length), 'the first ones, without a gap') }
  }
  t.ok(recovered > 50, `${recovered} recovered`)
})

void t.test('a file that is cut short or altered anywhere is refused, or gives all entries as they were, or says which are damaged', async t => {
  const { closed } = await images(t)
  const folder = join(t.testdirName, 'copies')
  mkdirSync(folder)
  const random = chance()
  const spoils = [...Array.from({ length: 30 }, () => cut(random() * 0.99)), ...Array.from({ length: 150 }, () => flip(random(), Math.floor(random() * 8)))]
  let refused = 0
  for (const spoil of spoils) {
    const { entries, buried, refusal } = await look(t, folder, closed, '', spoil)
    if (refusal === undefined) t.equal(entries.length + buried, number)
    else { refused++; t.match(refusal, /damaged|not a SQLite database|not a journal|newer release|no key|not among|cannot be opened/i) }
  }
  t.ok(refused > 30 && refused < spoils.length, `${refused} refused`)
})
