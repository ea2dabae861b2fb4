import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { Failure } from '../../../src/domain/failure.ts'
import { startPostgres, withoutPostgres } from '../../postgres.ts'
import { callback, told } from '../journal-contract.ts'
import { openPostgresJournal } from '../open-postgres-journal.ts'

void t.test('outages', { skip: withoutPostgres }, async t => {
  const postgres = await startPostgres({ settings: ['restart_after_crash=on'] })
  t.teardown(postgres.stop)

  void t.test('killed and started again under load: what fails says so, what was acknowledged is there, and work goes on by itself', async t => {
    const url = await postgres.fresh()
    const troubles: Failure[] = []
    const journals = await Promise.all([1, 2].map(async () => {
      const journal = await openPostgresJournal({ url, keys: [], onTrouble: failure => { troubles.push(failure) } })
      t.teardown(journal.close)
      return journal
    }))
    const acknowledged = new Set<string>()
    const published = new Set<string>()
    const missing = () => [...acknowledged].filter(key => !published.has(key))
    const faults: unknown[] = []
    const state = { appending: true, working: true }
    const tried = async (act: () => Promise<unknown>): Promise<void> => {
      try {
        await act()
      } catch (thrown) {
        faults.push(thrown)
        await sleep(20)
      }
    }
    const appending = Array.from({ length: 16 }, async (_, i) => {
      for (let n = 0; state.appending; n++) {
        const key = `k${i}-${n}`
        await tried(async () => { await journals[i % 2]!.append(callback(key)); acknowledged.add(key) })
      }
    })
    const working = journals.map(async journal => {
      while (state.working) {
        await tried(async () => {
          const claims = await journal.claim('tokenio', 64)
          await Promise.all(claims.map(claim => journal.recordEvents(claim, told(claim.entry.callback.key))))
          const events = await journal.claimEvents(64)
          await Promise.all(events.map(async event => { published.add(event.event.topic.slice(2)); await journal.markPublished(event) }))
          if (claims.length + events.length === 0) await sleep(10)
        })
      }
    })
    await sleep(400)
    await postgres.kill()
    const goneAt = Date.now()
    await t.rejects(journals[0]!.check(), { code: 'JOURNAL_UNAVAILABLE' })
    t.ok(Date.now() - goneAt < 4000, 'a dead server is told of at once')
    await postgres.restart()
    await sleep(400)
    state.appending = false
    await Promise.all(appending)
    for (let turn = 0; missing().length > 0 && turn < 2500; turn++) await sleep(10) // leases of the killed end after 10 s
    state.working = false
    await Promise.all(working)
    t.comment(`${acknowledged.size} acknowledged, ${published.size} published, ${faults.length} refused`)
    t.ok(acknowledged.size > 100)
    t.same(missing(), [], 'none lost')
    t.ok(faults.length > 0 && troubles.length > 0)
    t.same([...new Set(faults.map(fault => (fault as Failure).code))], ['JOURNAL_UNAVAILABLE'])
    await journals[0]!.check()
  })

  void t.test('a server that stands still is told of within seconds, and used again once it moves', async t => {
    const journal = await openPostgresJournal({ url: await postgres.fresh(), keys: [] })
    t.teardown(journal.close)
    await journal.append(callback('before'))
    postgres.freeze()
    t.teardown(postgres.thaw)
    const since = Date.now()
    const answers = await Promise.allSettled(Array.from({ length: 200 }, (_, i) => journal.append(callback(`k${i}`))))
    t.ok(Date.now() - since < 9000, `${Date.now() - since} ms`)
    t.ok(answers.every(answer => answer.status === 'rejected' && answer.reason.code === 'JOURNAL_UNAVAILABLE'))
    postgres.thaw()
    let isNew: boolean | undefined
    for (let turn = 0; isNew === undefined && turn < 500; turn++) isNew = await journal.append(callback('after')).then(answer => answer.isNew, () => sleep(10, undefined))
    t.equal(isNew, true)
  })

  void t.test('a server that is away at the start is told of', async t => {
    await t.rejects(openPostgresJournal({ url: 'postgres://postgres@127.0.0.1:1/none', keys: [] }), { code: 'JOURNAL_UNAVAILABLE', reason: /cannot be reached/ })
    await t.rejects(openPostgresJournal({ url: postgres.url.replace(/[^/]+$/, 'none'), keys: [] }), { code: 'JOURNAL_UNAVAILABLE', reason: /no such database/ })
  })

  void t.test('a server that became read-only, as a standby is, is trouble', async t => {
    const url = await postgres.fresh()
    await (await openPostgresJournal({ url, keys: [] })).close()
    const journal = await openPostgresJournal({ url: `${url}?options=-c%20default_transaction_read_only%3Don`, keys: [] })
    t.teardown(journal.close)
    await t.rejects(journal.append(callback()), { code: 'JOURNAL_UNAVAILABLE', reason: /read-only/ })
    await t.rejects(journal.check(), { code: 'JOURNAL_UNAVAILABLE', reason: /read-only/ })
  })
})
