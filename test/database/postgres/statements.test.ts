import t from 'tap'
import { openDatabase } from '../../../src/database/index.ts'
import { openJournal } from '../../../src/journal/index.ts'
import { callback, told } from '../../journal/journal-contract.ts'
import { startPostgres, withoutPostgres } from '../../postgres.ts'

void t.test('each commit says how many writes shared it, and how long it took', { skip: withoutPostgres }, async t => {
  const postgres = await startPostgres()
  t.teardown(postgres.stop)
  const commits: { readonly writes: number, readonly milliseconds: number }[] = []
  const database = await openDatabase({ url: await postgres.fresh(), keys: [], onCommit: (writes, milliseconds) => { commits.push({ writes, milliseconds }) } })
  t.teardown(database.close)
  const journal = await openJournal(database)

  async function writesOf (act: () => Promise<unknown>): Promise<number> {
    commits.length = 0
    await act()
    t.ok(commits.length > 0 && commits.every(({ milliseconds }) => milliseconds > 0))
    t.ok(commits.length < 10, 'they shared commits')
    return commits.reduce((sum, { writes }) => sum + writes, 0)
  }
  const keys = Array.from({ length: 100 }, (_, i) => `k${i}`)
  t.equal(await writesOf(() => Promise.all(keys.map(key => journal.append(callback(key))))), 100, 'appends')
  t.equal(await writesOf(() => Promise.all(keys.map(key => journal.append(callback(`s${key}`, {}, { singleUse: true }))))), 100, 'appends of single use')
  const claims = await journal.claim('tokenio', 100)
  t.equal(await writesOf(() => Promise.all(claims.map(claim => journal.recordEvents(claim, told(claim.entry.callback.key))))), 100, 'records')
  const events = await journal.claimEvents(100)
  t.equal(await writesOf(() => Promise.all(events.map(event => journal.markPublished(event)))), 100, 'marks')
})
