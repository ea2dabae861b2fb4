import t, { type Test } from 'tap'
import type { Callback } from '../../src/domain/callback.ts'
import type { Registration } from '../../src/domain/registration.ts'
import type { Channel, OpenProvider } from '../../src/providers/provider.ts'
import { createKeep } from '../../src/routes/keep.ts'
import { callback } from '../journal/journal-contract.ts'
import { openSqliteJournal } from '../journal/open-journal.ts'

const registration: Registration = { provider: 'tokenio', key: 's', owner: 'a', subscriber: 'a', expiresAt: Infinity, details: {}, reply: {} }
const fault = { issue: 'is not signed', field: 'vp_token', location: 'body' } as const
const given = (a: number): Callback => callback('s', { a }, { singleUse: true, reply: { code: `r${a}` } })

async function open (t: Test, unregistered: OpenProvider['unregistered'], isGood: (callback: Callback) => boolean = () => true) {
  const journal = await openSqliteJournal({ file: ':memory:', keys: [] })
  t.teardown(journal.close)
  const examined: Callback[] = []
  const examine: NonNullable<Channel['examine']> = async callback => {
    examined.push(callback)
    return isGood(callback) ? callback : { ...callback, refused: [fault] }
  }
  return { keep: createKeep({ provider: { unregistered }, channel: { examine }, journal }), examined, journal }
}

void t.test('a key that nobody registered is refused, or taken, as its provider wants it', async t => {
  const { keep, journal } = await open(t, 'reject')
  await t.rejects(keep(given(1), undefined), { code: 'STATE_UNKNOWN' })
  t.same(await journal.claim('tokenio', 1), [], 'and nothing is kept')
  t.match(await keep(given(1), registration), { isNew: true })
  t.match(await keep(given(1), undefined), { isNew: false, reply: { code: 'r1' } }, 'a repeat is answered when the registration is gone')
  await t.rejects(keep(given(2), undefined), { code: 'KEY_USED' })
  t.match(await (await open(t, 'accept')).keep(given(1), undefined), { isNew: true })
})

void t.test('what was examined and refused is kept and told alike to its repeat, and a third one closes the key', async t => {
  const { keep, examined, journal } = await open(t, 'reject', ({ parameters }) => Number(parameters.a) > 3)
  const refused = { code: 'PARAMETERS_INVALID', details: [fault] }
  for (const a of [1, 1, 2, 1]) await t.rejects(keep(given(a), registration), refused, String(a))
  t.equal(examined.length, 2, 'a repeat is not examined')
  t.match(await journal.claim('tokenio', 5), [{ refusals: 1, entry: { callback: { refused: [fault] } } }])
  await t.rejects(keep(given(3), registration), refused)
  await t.rejects(keep(given(4), registration), { code: 'KEY_USED' })
  t.equal(examined.length, 3, 'and neither is one for a closed key')
  await t.rejects(keep(given(2), undefined), refused, 'also when the registration is gone')
})

void t.test('a failed examination leaves the key open for a good one', async t => {
  const { keep } = await open(t, 'reject', ({ parameters }) => parameters.a === 2)
  await t.rejects(keep(given(1), registration), { code: 'PARAMETERS_INVALID' })
  t.match(await keep(given(2), registration), { isNew: true, reply: { code: 'r2' } })
  await t.rejects(keep(given(3), registration), { code: 'KEY_USED' })
})
