import t from 'tap'
import { callback, told } from '../../journal-contract.ts'
import { openParts } from '../open-parts.ts'

void t.test('of each fresh key one event is on its way, the next one after it, no more than asked for', async t => {
  const { open } = await openParts(t)
  const journal = open()
  for (const key of ['a', 'b', 'c']) {
    await journal.append(callback(key))
    const [claim] = await journal.claim('tokenio', 1)
    await journal.recordEvents(claim!, told(key, { events: [1, 2].map(n => ({ ...told(key).events[0]!, id: `${key}${n}` })) }))
  }
  const ids = (claims: readonly { readonly event: { readonly id: string } }[]) => claims.map(({ event }) => event.id)
  const first = await journal.claimEvents(2)
  t.same(ids(first), ['a1', 'b1'])
  t.same(ids(await journal.claimEvents(10)), ['c1'])
  await journal.markPublished(first[1]!)
  t.same(ids(await journal.claimEvents(10)), ['b2'])
  await journal.releaseEvent(first[0]!)
  t.same(ids(await journal.claimEvents(10)), ['a1'])
})

void t.test('of claims of one, every other is for the event of a fresh key', async t => {
  const { open } = await openParts(t)
  const journal = open()
  async function record (key: string): Promise<void> {
    await journal.append(callback(key))
    const [claim] = await journal.claim('tokenio', 1)
    await journal.recordEvents(claim!, told(key))
  }
  for (const key of ['kept0', 'kept1', 'kept2']) await record(key)
  await journal.list({})
  for (const key of ['fresh0', 'fresh1']) await record(key)
  const keys: string[] = []
  for (let i = 0; i < 5; i++) keys.push(...(await journal.claimEvents(1)).map(({ event }) => event.topic.split('/').at(-1)?.slice(0, -1) ?? ''))
  t.same(keys, ['kept', 'fresh', 'kept', 'fresh', 'kept'])
})
