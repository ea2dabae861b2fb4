import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import t from 'tap'
import { Failure } from '../../../src/domain/failure.ts'
import { startPostgres, withoutPostgres } from '../../postgres.ts'
import { callback, told } from '../journal-contract.ts'
import { openPostgresJournal } from '../open-postgres-journal.ts'

const tables = ['entries', 'watches', 'events', 'attempts', 'registrations', 'meta', 'used_ids']

void t.test('at rest', { skip: withoutPostgres }, async t => {
  const postgres = await startPostgres()
  t.teardown(postgres.stop)

  /** Every value of every row, bytes too. */
  async function readAll (url: string): Promise<string> {
    const client = new Client(url)
    await client.connect()
    const texts = await Promise.all(tables.map(async table => (await client.query<object>(`SELECT * FROM ${table}`)).rows.flatMap(row => Object.values(row))
      .map(value => value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)).join('\n')))
    await client.end()
    return texts.join('\n')
  }

  void t.test('with keys, nothing that was said rests in plain; without, the same look finds it', async t => {
    for (const keys of [[randomBytes(32)], []]) {
      const canary = 'CANARY-7d1e'
      const url = await postgres.fresh()
      const journal = await openPostgresJournal({ url, keys })
      t.teardown(journal.close)
      for (const singleUse of [false, true]) {
        const key = `k${Number(singleUse)}`
        await journal.append(callback(key, { vp_token: canary }, { incidental: { trace: canary }, reply: { response_code: canary }, singleUse }))
        const [claim] = await journal.claim('tokenio', 1)
        await journal.recordEvents(claim!, told(key, { gist: canary, events: [{ id: key, type: 'x', topic: 't', payload: canary }] }))
      }
      const all = await readAll(url)
      if (keys.length > 0) t.notMatch(all, canary)
      else t.match(all, canary)
    }
  })

  void t.test('nothing of an erased key is left in any table once its topic is cleared', async t => {
    const url = await postgres.fresh()
    const journal = await openPostgresJournal({ url, keys: [] })
    t.teardown(journal.close)
    const canary = 'CANARY-93b0'
    const given = callback(canary, { text: canary }, { reply: { canary } })
    await journal.append(given)
    const [claim] = await journal.claim('tokenio', 1)
    await journal.recordEvents(claim!, told('t', { gist: canary }))
    const [event] = await journal.claimEvents(1)
    await journal.rescheduleEvent(event!, 0, new Failure('PUBLISH_REFUSED', { reason: canary }))
    t.match(await readAll(url), canary)
    await journal.erase(canary)
    await journal.append(given)
    const [expired] = await journal.claimExpired(1) // its topic is the last that is left
    await journal.markCleared(expired!)
    t.notMatch(await readAll(url), canary)
  })
})
