import t from 'tap'
import { Failure } from '../../../../src/domain/failure.ts'
import { callback, told } from '../../journal-contract.ts'
import { openParts, patient } from '../open-parts.ts'

const keys = (number: number): string[] => Array.from({ length: number }, (_, i) => `k${i}`)

void t.test('an expired claim is given to the next one, also while nothing can be written, and its first holder has no say', async t => {
  const { open, clock, db } = await openParts(t)
  const journal = open()
  await journal.append(callback('k'))
  const [first] = await journal.claim('tokenio', 1)
  clock.now += 10_000
  db.exec('PRAGMA query_only = ON')
  const [second] = await journal.claim('tokenio', 1)
  db.exec('PRAGMA query_only = OFF')
  t.equal(second?.attempt, 2)
  t.notOk(await journal.recordEvents(first!, told('k')))
  t.ok(await journal.recordEvents(second!, told('k')))
  const [sent] = await journal.claimEvents(1)
  clock.now += 10_000
  const [again] = await journal.claimEvents(1)
  t.equal(again?.event.id, sent?.event.id)
  t.notOk(await journal.markPublished(sent!))
  t.ok(await journal.markPublished(again!))
})

void t.test('a claim that is over its time, and that nobody took meanwhile, may still end', async t => {
  const { open, clock } = await openParts(t)
  const journal = open()
  await journal.append(callback('k'))
  const [claim] = await journal.claim('tokenio', 1)
  clock.now += 20_000
  await journal.claim('oid4vp', 1) // looks at what is over its time
  t.ok(await journal.recordEvents(claim!, told('k')))
  const [event] = await journal.claimEvents(1)
  clock.now += 20_000
  await journal.claimEvents(0)
  t.ok(await journal.markPublished(event!))
  t.same(await journal.claimEvents(1), [])
})

void t.test('a claim that is renewed after its time, before anybody took it, is held again', async t => {
  const { open, clock } = await openParts(t)
  const journal = open()
  await journal.append(callback('k'))
  const [claim] = await journal.claim('tokenio', 1)
  clock.now += 20_000
  await journal.claim('oid4vp', 1) // looks at what is over its time
  await journal.renew([claim!])
  t.same(await journal.claim('tokenio', 1), [])
  t.ok(await journal.recordEvents(claim!, told('k')))
  const [event] = await journal.claimEvents(1)
  clock.now += 20_000
  await journal.claimEvents(0)
  await journal.renewEvents([event!])
  t.same(await journal.claimEvents(1), [])
  t.ok(await journal.markPublished(event!))
})

void t.test('a claim whose fold failed still ends by its lease', async t => {
  const { open, clock, db } = await openParts(t)
  const journal = open()
  await journal.append(callback('k'))
  const [first] = await journal.claim('tokenio', 1)
  db.exec('PRAGMA query_only = ON')
  await t.rejects(journal.reschedule(first!, clock.now, new Failure('PROVIDER_AWAY')), { code: 'JOURNAL_UNAVAILABLE' })
  db.exec('PRAGMA query_only = OFF')
  t.same(await journal.claim('tokenio', 1), [], 'it is held')
  clock.now += 10_000
  t.equal((await journal.claim('tokenio', 1)).length, 1)
})

void t.test('a clock that went back holds up no claim that came after it', async t => {
  const { open, clock } = await openParts(t)
  const journal = open()
  await journal.append(callback('before'))
  await journal.claim('tokenio', 1)
  clock.now -= 3_600_000
  await journal.append(callback('after'))
  await journal.claim('tokenio', 1)
  clock.now += 10_000
  t.same((await journal.claim('tokenio', 10)).map(({ entry }) => entry.callback.key), ['after'])
})

void t.test('what came from a time that is yet to be is folded, and its sheets go', async t => {
  const { open, clock, number } = await openParts(t, { ...patient, age: 60_000 })
  const journal = open()
  await journal.append(callback('k'))
  clock.now -= 3_600_000
  await journal.claim('oid4vp', 1)
  await journal.check()
  t.same([number('entries'), number('sheets')], [1, 0])
})

void t.test('a callback that cannot be read at the moment is neither lost nor buried', async t => {
  const { open, db } = await openParts(t)
  const first = open()
  for (const key of keys(5000)) await first.append(callback(key))
  let isSick = true
  const sick = Object.assign(new Error('disk I/O error'), { errcode: 10 })
  const prepare = db.prepare.bind(db)
  db.prepare = sql => {
    const statement = prepare(sql)
    if (sql !== 'SELECT body FROM sheets WHERE seq = ?') return statement
    return new Proxy(statement, { get: (target, name) => {
      if (isSick) throw sick
      return (Reflect.get(target, name) as (...args: unknown[]) => unknown).bind(target)
    } })
  }
  const journal = open() // those beyond the first 4096 are on their sheets only
  await t.resolves(journal.list({}), 'an operator sees what the tables have')
  await t.rejects(journal.republish({ since: 0 }), { code: 'JOURNAL_UNAVAILABLE' })
  await t.rejects(journal.claim('tokenio', 5000), { code: 'JOURNAL_UNAVAILABLE' })
  isSick = false
  await journal.list({})
  t.match(await journal.count(), { waiting: 5000, buried: 0 })
  t.equal(Number(db.prepare('SELECT count(*) AS number FROM entries WHERE length(payload) < 2').get()?.number), 0)
})

void t.test('a list is whole, also when a neighbour in its commit fails', async t => {
  const { open, transactions } = await openParts(t)
  const journal = open()
  for (const key of keys(3)) await journal.append(callback(key))
  const listed = journal.list({})
  const others = Promise.allSettled([
    transactions.write(() => { throw new Failure('KEY_USED') }),
    journal.append(callback('later')),
  ])
  t.same((await listed).entries.map(({ key }) => key).filter(key => key !== 'later'), ['k2', 'k1', 'k0'])
  await others
})

void t.test('an erased key leaves no word on a sheet, also when it came in the same commit', async t => {
  const { open, db } = await openParts(t)
  const journal = open()
  await Promise.all(keys(3000).map(key => journal.append(callback(key))))
  const canary = 'CANARY-51c7'
  const done = await Promise.all([journal.append(callback('bystander')), journal.append(callback('erased', { canary })), journal.erase('erased')])
  t.equal(done[2], 1)
  t.notMatch(db.prepare('SELECT body FROM sheets').all().map(({ body }) => Buffer.from(body as Uint8Array).toString()).join(), canary)
  t.equal((await journal.count()).waiting, 3001)
  t.notOk((await journal.append(callback('erased', { canary }))).isNew)
})

for (const { done, first } of [{ done: 80, first: 24 }, { done: 400, first: 100 }, { done: 600, first: 128 }]) {
  void t.test(`of ${done} keys that are done, ${first} are folded in one transaction, and no callback waits for more`, async t => {
    const { open, number } = await openParts(t, { ...patient, enough: 64 })
    const journal = open()
    await Promise.all(keys(done).map(key => journal.append(callback(key))))
    const claims = await journal.claim('tokenio', done)
    await Promise.all(claims.map(claim => journal.recordEvents(claim, { events: [], gist: undefined, final: true })))
    t.equal(number('entries'), 0)

    void journal.claimEvents(0) // has what is done folded beside other work
    for (let turn = 0; number('entries') === 0 && turn < 10; turn++) await new Promise(resolve => { setImmediate(resolve) })
    t.equal(number('entries'), first)
    for (let turn = 0; turn < 50; turn++) await new Promise(resolve => { setImmediate(resolve) })
    t.ok(done - number('entries') < 64, 'the next ones follow by themselves')
  })
}

void t.test('sheets leave a few at a time', async t => {
  const { open, number } = await openParts(t)
  const journal = open()
  const text = 'x'.repeat(600_000)
  for (const key of keys(12)) await journal.append(callback(key, { text }))
  const claims = await journal.claim('tokenio', 12)
  for (const claim of claims.slice(1)) await journal.recordEvents(claim, told('k', { events: [], final: true }))
  await journal.claimExpired(1) // folds what is done
  t.ok(number('sheets') >= 12, 'the first one is still on its sheet')
  await journal.reschedule(claims[0]!, 0, new Failure('PROVIDER_AWAY'))
  const left = number('sheets')
  t.ok(left > 5 && left < 23, `${left} are left`)
  await journal.erase('nobody')
  t.equal(number('sheets'), 0)
})

void t.test('a topic that a forgotten key left to be cleared stays with the key: its new event keeps it', async t => {
  const { open, clock } = await openParts(t)
  const journal = open()
  const publish = async (n: number): Promise<string> => {
    await journal.append(callback('k', { n }))
    const [claim] = await journal.claim('tokenio', 1)
    await journal.recordEvents(claim!, told('k'))
    const [event] = await journal.claimEvents(1)
    await journal.markPublished(event!, clock.now + 900)
    return event!.event.id
  }
  await publish(1)
  await journal.claimExpired(1)
  clock.now += 100
  for (let i = 0; i < 2; i++) await journal.forget({ payloads: clock.now, tombstones: clock.now, limit: 10 })
  clock.now += 400
  const newer = await publish(2)
  clock.now += 400
  t.same(await journal.claimExpired(10), [])
  clock.now += 500
  t.match(await journal.claimExpired(10), [{ eventId: newer }])
})

void t.test('an event of an erased key\'s successor goes out again when the clear overtook it', async t => {
  const { open, clock } = await openParts(t)
  const journal = open()
  const record = async (n: number): Promise<void> => {
    await journal.append(callback('k', { n }))
    const [claim] = await journal.claim('tokenio', 1)
    await journal.recordEvents(claim!, told('k'))
  }
  await record(1)
  await journal.erase('k')
  const [expired] = await journal.claimExpired(1)
  await record(2)
  const [event] = await journal.claimEvents(1)
  await journal.markPublished(event!, clock.now + 900)
  await journal.markCleared(expired!)
  t.match(await journal.claimEvents(1), [{ event: { id: event!.event.id } }])
})
