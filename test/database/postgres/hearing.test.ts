import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { openPostgresDatabase } from '../../../src/database/postgres.ts'
import { startPostgres, withoutPostgres } from '../../postgres.ts'

void t.test('words are heard by the others and not by oneself, also after the server was away', { skip: withoutPostgres }, async t => {
  const postgres = await startPostgres()
  t.teardown(postgres.stop)
  const url = await postgres.fresh()
  const [first, second] = await Promise.all([1, 2].map(async () => {
    const database = await openPostgresDatabase({ url, keys: [] })
    t.teardown(database.close)
    return database
  }))
  const heard = { first: 0, second: 0 }
  first!.onHeard(() => { heard.first++ })
  second!.onHeard(word => { heard.second += Number(word === 'a word') })

  async function isHeard (): Promise<boolean> {
    heard.second = 0
    for (let turn = 0; heard.second === 0 && turn < 1000; turn++) { // who hears may still be connecting
      first!.say('a word')
      await sleep(20)
    }
    return heard.second > 0
  }
  t.ok(await isHeard())
  await postgres.kill()
  await postgres.restart()
  t.ok(await isHeard())
  t.equal(heard.first, 0)
})
