import t from 'tap'
import { callback } from '../../journal-contract.ts'
import { openParts } from '../open-parts.ts'

for (const [limit, kept, fresh] of [[4, 2, 2], [8, 4, 4], [20, 6, 6]] as const) {
  void t.test(`of ${limit} claims ${kept} are of the tables and ${fresh} are fresh, so that neither waits for the other`, async t => {
    const { open } = await openParts(t)
    const journal = open()
    for (let i = 0; i < 6; i++) await journal.append(callback(`kept${i}`))
    await journal.list({})
    for (let i = 0; i < 6; i++) await journal.append(callback(`fresh${i}`))
    const keys = (await journal.claim('tokenio', limit)).map(({ entry }) => entry.callback.key)
    t.same(keys.toSorted(), [...Array.from({ length: fresh }, (_, i) => `fresh${i}`), ...Array.from({ length: kept }, (_, i) => `kept${i}`)])
    t.equal(keys.length + (await journal.claim('tokenio', 20)).length, 12)
  })
}

void t.test('of claims of one, every other is for a fresh key', async t => {
  const { open } = await openParts(t)
  const journal = open()
  for (let i = 0; i < 6; i++) await journal.append(callback(`kept${i}`))
  await journal.list({})
  for (let i = 0; i < 3; i++) await journal.append(callback(`fresh${i}`))
  const keys: string[] = []
  for (let i = 0; i < 9; i++) keys.push(...(await journal.claim('tokenio', 1)).map(({ entry }) => entry.callback.key.slice(0, -1)))
  t.same(keys, ['kept', 'fresh', 'kept', 'fresh', 'kept', 'fresh', 'kept', 'kept', 'kept'])
})
