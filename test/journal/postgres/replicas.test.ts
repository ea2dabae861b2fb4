import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { Failure } from '../../../src/domain/failure.ts'
import type { Claim, EventClaim } from '../../../src/journal/journal.ts'
import { startPostgres, withoutPostgres } from '../../postgres.ts'
import { callback, told } from '../journal-contract.ts'
import type { OwnJournal } from '../open-journal.ts'
import { openPostgresJournal } from '../open-postgres-journal.ts'

void t.test('replicas', { skip: withoutPostgres }, async t => {
  const postgres = await startPostgres()
  t.teardown(postgres.stop)

  async function replicas (t: Test, number: number, now?: () => number): Promise<OwnJournal[]> {
    const url = await postgres.fresh()
    return Promise.all(Array.from({ length: number }, async () => {
      const journal = await openPostgresJournal({ url, keys: [Buffer.alloc(32, 1)], ...now === undefined ? {} : { now } })
      t.teardown(journal.close)
      return journal
    }))
  }

  void t.test('that start at once on an empty database make one schema and one secret', async t => {
    const journals = await replicas(t, 5)
    t.equal(new Set(journals.map(journal => Buffer.from(journal.secretFor('a')).toString('hex'))).size, 1)
    const answers = await Promise.all(journals.map(journal => journal.append(callback())))
    t.equal(new Set(answers.map(({ id }) => id)).size, 1)
  })

  void t.test('equal callbacks at once are one entry, and get the same answer everywhere', async t => {
    const journals = await replicas(t, 3)
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => journals[i % 3]!.append(callback('rq:1', { a: 1 }, { reply: { code: randomUUID() }, singleUse: true }))))
    t.equal(new Set(answers.map(({ id }) => id)).size, 1)
    t.equal(new Set(answers.map(({ reply }) => reply?.code)).size, 1)
    t.equal(answers.filter(({ isNew }) => isNew).length, 1)
    const claims = (await Promise.all(journals.map(journal => journal.claim('tokenio', 10)))).flat()
    t.equal(claims.length, 1)
  })

  void t.test('the same callbacks at once everywhere, in any order: one entry each, and nobody waits in a ring', async t => {
    const url = await postgres.fresh()
    const journals = await Promise.all([1, 2, 3].map(() => openPostgresJournal({ url, keys: [] })))
    const callbacks = Array.from({ length: 200 }, (_, i) => callback(`k${i % 50}`, { i }, i % 4 === 0 ? { provider: 'oid4vp', singleUse: true } : {}))
    const shuffled = () => callbacks.map(one => ({ one, at: Math.random() })).toSorted((a, b) => a.at - b.at).map(({ one }) => one)
    const answers = await Promise.allSettled(journals.flatMap(journal => shuffled().map(async one => ({ one, ...await journal.append(one) }))))
    const kept = answers.flatMap(answer => answer.status === 'fulfilled' ? [answer.value] : [])
    t.ok(answers.every(answer => answer.status === 'fulfilled' || answer.reason.code === 'KEY_USED'))
    t.equal(new Set(kept.map(({ id }) => id)).size, new Set(kept.map(({ one }) => JSON.stringify([one.provider, one.key, one.parameters]))).size)
    t.equal(kept.filter(({ isNew }) => isNew).length, new Set(kept.map(({ id }) => id)).size)
    await Promise.all(journals.map(journal => journal.close())) // with its end a connection tells its figures
    const client = new Client(url)
    await client.connect()
    t.teardown(() => client.end())
    t.same((await client.query(`SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`)).rows, [{ deadlocks: '0' }])
  })

  void t.test('the repeat of an erased callback brings its key back nowhere', async t => {
    const url = await postgres.fresh()
    const journal = await openPostgresJournal({ url, keys: [] })
    t.teardown(journal.close)
    const given = [callback('erased'), callback('erased', { s: 1 }, { provider: 'oid4vp', singleUse: true })]
    for (const one of given) await journal.append(one)
    await journal.erase('erased')
    await Promise.all([...given, callback('other', {}, { singleUse: true })].map(one => journal.append(one)))
    const client = new Client(url)
    await client.connect()
    t.teardown(() => client.end())
    for (const table of ['entries', 'watches', 'events']) t.same((await client.query(`SELECT key FROM ${table} WHERE key = 'erased'`)).rows, [], table)
    t.equal((await client.query('SELECT 1 FROM watches')).rows.length, 1)
  })

  void t.test('an event that is acknowledged while all are published again goes out once more too, and stays the last word', async t => {
    const url = await postgres.fresh()
    const journal = await openPostgresJournal({ url, keys: [] })
    t.teardown(journal.close)
    const marking = new Client({ connectionString: url })
    await marking.connect()
    t.teardown(() => marking.end())
    await journal.append(callback('k'))
    const [claim] = await journal.claim('tokenio', 1)
    const events = [...told('k').events, ...told('k').events]
    await journal.recordEvents(claim!, told('k', { events }))
    const [first] = await journal.claimEvents(1)
    await journal.markPublished(first!)
    await journal.claimEvents(1) // the second is on its way …
    await marking.query('BEGIN')
    await marking.query('UPDATE events SET published_at = 1, due_at = NULL, held = false WHERE id = $1', [events[1]?.id])
    const republished = journal.republish({ since: 0 })
    await sleep(100) // … it waits for the row …
    await marking.query('COMMIT') // … and finds the event acknowledged
    await republished
    const again = []
    for (const _ of events) {
      const [next] = await journal.claimEvents(1)
      again.push(next?.event.id)
      if (next !== undefined) await journal.markPublished(next)
    }
    t.same(again, events.map(({ id }) => id))
  })

  void t.test('a single-use key is used once, whoever asks', async t => {
    const journals = await replicas(t, 3)
    const answers = await Promise.allSettled(Array.from({ length: 300 }, (_, i) => journals[i % 3]!.append(callback('s', { a: i }, { singleUse: true }))))
    t.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1)
    t.ok(answers.every(answer => answer.status === 'fulfilled' || answer.reason.code === 'KEY_USED'))
  })

  void t.test('no entry and no event is held by two at once under load, and each key\'s events leave in the order of arrival', async t => {
    const journals = await replicas(t, 3)
    const [keys, each] = [40, 5]
    const holders = new Set<string>()
    const arrived = new Map<string, string[]>()
    const left = new Map<string, string[]>()
    let published = 0

    async function alone<T> (name: string, act: () => Promise<T>): Promise<T> {
      t.notOk(holders.has(name), 'held by nobody else')
      holders.add(name)
      try {
        await sleep(Math.random() * 3)
        return await act()
      } finally {
        holders.delete(name)
      }
    }
    const resolve = (journal: OwnJournal) => async (claim: Claim): Promise<void> => {
      const { key, parameters } = claim.entry.callback
      const events = [{ id: randomUUID(), type: 'x', topic: `t/${key}`, payload: String(parameters.n) }]
      // given back before the key is free for the next one
      await alone(`key ${key}`, async () => { setImmediate(() => holders.delete(`key ${key}`)); t.ok(await journal.recordEvents(claim, told(key, { events }))) })
    }
    const publish = (journal: OwnJournal) => async (claim: EventClaim): Promise<void> => {
      const { topic, payload } = claim.event
      left.set(topic, [...left.get(topic) ?? [], payload])
      await sleep(Math.random() * 3)
      t.ok(await journal.markPublished(claim))
      published++
    }
    const appending = Promise.all(Array.from({ length: keys }, async (_, k) => {
      for (let n = 0; n < each; n++) { // each waits for the one before, so that the order of arrival is known
        await journals[(k + n) % 3]!.append(callback(`k${k}`, { n }))
        arrived.set(`t/k${k}`, [...arrived.get(`t/k${k}`) ?? [], String(n)])
      }
    }))
    const working = journals.map(async journal => {
      for (let turn = 0; published < keys * each && turn < 5000; turn++) {
        await Promise.all([
          journal.claim('tokenio', 16).then(claims => Promise.all(claims.map(resolve(journal)))),
          journal.claimEvents(16).then(claims => Promise.all(claims.map(publish(journal)))),
        ])
        await sleep(1)
      }
    })
    await Promise.all([appending, ...working])
    t.equal(published, keys * each)
    t.same(Object.fromEntries(left), Object.fromEntries(arrived))
  })

  void t.test('a replica that ends without a word loses its claims after 10 s, and one that was frozen has no say', async t => {
    const clock = { now: 1_800_000_000_000 }
    const [first, second] = await replicas(t, 2, () => clock.now) as [OwnJournal, OwnJournal]
    await first.append(callback('k'))
    await first.append(callback('told'))
    const [asked, toldOne] = (await first.claim('tokenio', 2)).toSorted((a, b) => a.entry.callback.key < b.entry.callback.key ? -1 : 1) as [Claim, Claim]
    await first.recordEvents(toldOne, told('told'))
    const [event] = await first.claimEvents(1) as [EventClaim]
    clock.now += 9999
    t.same([await second.claim('tokenio', 10), await second.claimEvents(10)], [[], []])
    clock.now += 1
    const [taken] = await second.claim('tokenio', 10) as [Claim]
    const [takenEvent] = await second.claimEvents(10) as [EventClaim]
    t.same([taken.entry.id, takenEvent.event], [asked.entry.id, event.event])
    t.notOk(await first.recordEvents(asked, told('k')))
    t.notOk(await first.markPublished(event))
    t.notOk(await first.rescheduleEvent(event, clock.now, new Failure('PUBLISH_REFUSED')))
    t.ok(await second.recordEvents(taken, told('k')))
    t.ok(await second.markPublished(takenEvent))
  })

  void t.test('clocks of replicas may differ by hours: leases and due times go by the database\'s', async t => {
    const [first, second] = await replicas(t, 2) as [OwnJournal, OwnJournal]
    const now = Date.now
    t.teardown(() => { Date.now = now })
    Date.now = () => now() + 6 * 3_600_000 // all that follows runs in a process whose clock is ahead
    await first.append(callback('k'))
    const [claim] = await first.claim('tokenio', 1) as [Claim]
    t.same(await second.claim('tokenio', 1), [])
    await first.recordEvents(claim, told('k', { events: [], askAgainAt: Date.now() + 50 }))
    Date.now = now
    let again: Claim[] = []
    for (let turn = 0; again.length === 0 && turn < 500; turn++) {
      await sleep(10)
      again = await second.claim('tokenio', 1)
    }
    t.equal(again.length, 1, 'due 50 ms later, not 6 h later')
  })

  void t.test('what one appends or records wakes the others, and itself just once', async t => {
    const [first, second] = await replicas(t, 2) as [OwnJournal, OwnJournal]
    const own = { appended: 0, recorded: 0 }
    first.onAppended(() => { own.appended++ })
    first.onRecorded(() => { own.recorded++ })
    const heard = Promise.all([new Promise<void>(resolve => { second.onAppended(resolve) }), new Promise<void>(resolve => { second.onRecorded(resolve) })])
    for (let turn = 0; turn < 500; turn++) { // its hearing may still be on its way
      await first.append(callback(`k${turn}`))
      const [claim] = await first.claim('tokenio', 1)
      await first.recordEvents(claim!, told(`k${turn}`))
      if (await Promise.race([heard.then(() => true), sleep(20, false)])) break
    }
    await heard
    const before = { ...own }
    await first.append(callback('last'))
    await sleep(100)
    t.equal(own.appended, before.appended + 1, 'its own word does not come back')
  })

  void t.test('a transaction that stands still holds up its own key only, and not for long', async t => {
    const url = await postgres.fresh()
    const journal = await openPostgresJournal({ url, keys: [] })
    t.teardown(journal.close)
    await journal.append(callback('held', { a: 1 }))
    const frozen = new Client(url)
    frozen.on('error', () => {})
    await frozen.connect()
    t.teardown(() => frozen.end().catch(() => {}))
    await frozen.query(`BEGIN; SELECT 1 FROM watches WHERE key = 'held' FOR UPDATE`)
    const answers = await Promise.allSettled([journal.append(callback('held', { a: 2 })), ...Array.from({ length: 20 }, (_, i) => journal.append(callback(`free${i}`)))])
    t.match(answers[0], { status: 'rejected', reason: { code: 'JOURNAL_UNAVAILABLE' } })
    t.ok(answers.slice(1).every(({ status }) => status === 'fulfilled'))
    await frozen.query('ROLLBACK')
    t.ok((await journal.append(callback('held', { a: 2 }))).isNew)
  })

  void t.test('a newer schema is refused', async t => {
    const url = await postgres.fresh()
    await (await openPostgresJournal({ url, keys: [] })).close()
    const client = new Client(url)
    await client.connect()
    await client.query('INSERT INTO migrations (version) VALUES (999)')
    await client.end()
    await t.rejects(openPostgresJournal({ url, keys: [] }), { code: 'JOURNAL_UNREADABLE', reason: /newer release/ })
  })

  void t.test('keys that open nothing are refused, and rotated ones go on', async t => {
    const url = await postgres.fresh()
    const [old, young] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
    const ids: string[] = []
    for (const keys of [[], [old], [young, old], [young]]) {
      const journal = await openPostgresJournal({ url, keys })
      ids.push((await journal.append(callback('k', { a: 1 }))).id)
      await journal.close()
    }
    t.equal(new Set(ids).size, 1)
    await t.rejects(openPostgresJournal({ url, keys: [old] }), { code: 'JOURNAL_UNREADABLE', reason: /JOURNAL_ENCRYPTION_KEYS/ })
  })
})
