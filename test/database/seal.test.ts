import { createHash, randomBytes } from 'node:crypto'
import t from 'tap'
import { createSeal } from '../../src/database/seal.ts'

const [one, two] = [randomBytes(32), randomBytes(32)]

void t.test('a value opens under the keys that are still given, whichever comes first', async t => {
  for (const [closedWith, openedWith] of [[[], []], [[], [one]], [[one], [one]], [[one], [two, one]], [[one, two], [one]]] as const) {
    const value = createSeal(closedWith).close('text ☃', 'name')
    t.equal(createSeal(openedWith).open(value, 'name'), 'text ☃')
  }
})

void t.test('the layout is as documented', async t => {
  const value = createSeal([one]).close('abc', 'name')
  t.equal(value.length, 1 + 4 + 12 + 3 + 16)
  t.equal(value[0], 1)
  t.same(value.subarray(1, 5), createHash('sha256').update(one).digest().subarray(0, 4))
  t.same(createSeal([]).close('abc', 'name'), Buffer.from('\0abc'))
  t.notSame(createSeal([one]).close('abc', 'name'), value, 'a nonce of its own')
})

void t.test('only what the first key sealed is current', async t => {
  const value = createSeal([one]).close('', 'name')
  t.ok(createSeal([one, two]).isCurrent(value))
  for (const keys of [[], [two], [two, one]]) t.notOk(createSeal(keys).isCurrent(value))
  t.notOk(createSeal([one]).isCurrent(createSeal([]).close('', 'name')))
})

void t.test('what was altered, moved, or sealed by others does not open', async t => {
  const seal = createSeal([one])
  const value = seal.close('some text', 'name')
  const unreadable = { code: 'JOURNAL_UNREADABLE' }
  for (let at = 0; at < value.length; at++) {
    const altered = Buffer.from(value)
    altered[at]! ^= 2
    t.throws(() => seal.open(altered, 'name'), unreadable, `byte ${at}`)
    t.throws(() => seal.open(value.subarray(0, at), 'name'), unreadable, `cut at ${at}`)
  }
  t.throws(() => seal.open(value, 'other'), unreadable)
  t.throws(() => createSeal([two]).open(value, 'name'), { ...unreadable, reason: /not among JOURNAL_ENCRYPTION_KEYS/ })
  t.throws(() => createSeal([]).open(value, 'name'), { ...unreadable, reason: /not among JOURNAL_ENCRYPTION_KEYS/ })
})

void t.test('a key of another length is refused', async t => {
  t.throws(() => createSeal([randomBytes(31)]), { code: 'SETTINGS_INVALID' })
})
