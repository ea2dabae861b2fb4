import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { readMigrations } from '../../../src/database/migrations.ts'
import { createSeal } from '../../../src/database/seal.ts'
import { migrate } from '../../../src/database/sqlite/migrate.ts'
import { createTransactions } from '../../../src/database/sqlite/transactions.ts'
import { createFingerprint } from '../../../src/journal/fingerprint.ts'
import { payloadOf, replyName } from '../../../src/journal/kept-callback.ts'
import { openSqliteJournal } from '../../../src/journal/sqlite.ts'
import { callback, told } from '../journal-contract.ts'

const start = 1_800_000_000_000
const secret = Buffer.alloc(32, 3)
const fingerprintOf = createFingerprint(secret)
const seal = createSeal([])

interface Old { readonly key: string, readonly n: number, readonly status: string, readonly events?: readonly ('due' | 'published' | 'given up' | 'to clear')[] }

/** As the release before wrote them: key, which callback of it, what became of it and of its events. */
const entries: readonly Old[] = [
  { key: 'many', n: 1, status: 'delivered', events: ['published', 'published'] },
  { key: 'buried', n: 1, status: 'buried', events: ['given up'] },
  { key: 'many', n: 2, status: 'resolved', events: ['due', 'due'] },
  { key: '', n: 1, status: 'gone' }, // erased, when its key was `erased`
  { key: '', n: 2, status: 'gone' },
  { key: 'gone', n: 1, status: 'gone', events: ['to clear'] },
  { key: 'watching', n: 1, status: 'watching', events: ['published'] },
  { key: 'buried', n: 2, status: 'delivered', events: ['published'] },
  { key: 'waiting', n: 1, status: 'waiting' },
  { key: 'waiting', n: 2, status: 'waiting' },
]
const seqOf = (key: string, n: number): number => 1 + entries.findIndex(entry => entry.key === key && entry.n === n)
const given = (key: string, n: number) => callback(key, { n }, { reply: { n } })
const idOf = (seq: number): string => `00000000-0000-7000-8000-${String(seq).padStart(12, '0')}`

async function openOld (t: Test) {
  const migrations = await readMigrations('sqlite')
  const db = new DatabaseSync(':memory:')
  t.teardown(() => { db.close() })
  migrate(db, migrations.slice(0, 2))
  db.prepare(`INSERT INTO meta (name, value) VALUES ('fingerprint_secret', ?)`).run(seal.close(secret.toString('base64'), 'fingerprint_secret'))
  const insert = db.prepare('INSERT INTO entries (seq, id, provider, key, fingerprint, status, received_at, ended_at, payload, reply) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const insertEvent = db.prepare('INSERT INTO events (id, entry, provider, key, type, topic, recorded_at, due_at, published_at, clear_at, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  for (const [i, { key, n, status, events = [] }] of entries.entries()) {
    const whole = given(key === '' ? 'erased' : key, n)
    const [id, isGone, isOpen] = [idOf(i + 1), status === 'gone', ['waiting', 'watching', 'resolved'].includes(status)]
    insert.run(i + 1, id, 'tokenio', key, fingerprintOf(whole), status, start + i, isOpen ? null : start + i, isGone ? null : seal.close(payloadOf(whole), id), key === '' ? null : seal.close(JSON.stringify(whole.reply), replyName(id)))
    for (const [e, kind] of events.entries()) {
      const payload = kind === 'to clear' ? null : seal.close(JSON.stringify({ key, n, e }), `${key}${n}${e} t/${key}`)
      insertEvent.run(`${key}${n}${e}`, i + 1, 'tokenio', key, 'x', `t/${key}`, start + i, kind === 'due' ? start + i : null, kind === 'published' ? start + i : null, kind === 'to clear' ? start + 500 : null, payload)
    }
  }
  const watch = db.prepare('INSERT INTO watches (provider, key, due_at, head, watching, watch_at, attempt, accepted) VALUES (?, ?, ?, ?, ?, ?, ?, 1)')
  for (const key of ['many', 'buried', 'gone']) watch.run('tokenio', key, null, null, null, null, 4)
  watch.run('tokenio', 'watching', start + 1000, null, seqOf('watching', 1), start + 1000, 1)
  watch.run('tokenio', 'waiting', start, seqOf('waiting', 1), null, null, 0)
  migrate(db, migrations)
  const clock = { now: start + 100 }
  const journal = openSqliteJournal({ database: { db, file: ':memory:', seal, transactions: createTransactions({ db }) }, now: () => clock.now })
  return { db, journal, clock }
}

void t.test('all that the release before kept is found', async t => {
  const { journal } = await openOld(t)
  const keys = (await journal.list({})).entries.map(({ key, status }) => `${key} ${status}`)
  t.same(keys, entries.filter(({ status }) => status !== 'gone').map(({ key, status }) => `${key} ${['delivered', 'buried'].includes(status) ? status : 'waiting'}`).toReversed())
  t.equal((await journal.list({ key: 'many' })).entries.length, 2)
  t.match(await journal.show(idOf(seqOf('many', 1))), { status: 'delivered', events: [{ id: 'many10' }, { id: 'many11' }] })
  t.same(await journal.count(), { waiting: 4, buried: 1, unpublished: 2, oldestWaiting: start + seqOf('many', 2) - 1 })
  t.equal((await journal.lastEvent('tokenio', 'many'))?.id, 'many21')
  t.equal((await journal.handOver('tokenio', 'many', { client: 'c', again: 0 }))?.parameters.n, 1)
})

void t.test('what was known before is a repeat, whatever became of it', async t => {
  const { journal } = await openOld(t)
  for (const [i, { key, n }] of entries.entries()) {
    const own = key === '' ? 'erased' : key
    t.match(await journal.recognise(given(own, n)), { id: idOf(i + 1), isNew: false }, `recognised: ${own} ${n}`)
    t.match(await journal.append(given(own, n)), { id: idOf(i + 1), isNew: false }, `appended: ${own} ${n}`)
  }
  t.ok((await journal.append(given('many', 3))).isNew)
  await t.rejects(journal.append({ ...given('many', 4), singleUse: true }), { code: 'KEY_USED' })
})

void t.test('each key goes on in its order', async t => {
  const { journal, clock } = await openOld(t)
  const published: string[] = []
  for (let events = await journal.claimEvents(10); events.length > 0; events = await journal.claimEvents(10)) {
    for (const claim of events) { published.push(claim.event.id); await journal.markPublished(claim) }
  }
  t.same(published, ['many20', 'many21'])
  t.match(await journal.show(idOf(seqOf('many', 2))), { status: 'delivered' })
  const [first] = await journal.claim('tokenio', 10)
  t.equal(first?.entry.id, idOf(seqOf('waiting', 1)))
  await journal.recordEvents(first!, told('waiting'))
  t.equal((await journal.claim('tokenio', 10))[0]?.entry.id, idOf(seqOf('waiting', 2)))
  clock.now = start + 1000
  t.match(await journal.claim('tokenio', 10), [{ entry: { id: idOf(seqOf('watching', 1)) }, attempt: 2 }])
  t.match(await journal.claimExpired(10), [{ topic: 't/gone', eventId: 'gone10' }])
})

void t.test('what operators do reaches all of it', async t => {
  const { journal } = await openOld(t)
  t.equal(await journal.redrive({ key: 'buried' }), 1)
  const [again] = (await journal.claimEvents(10)).filter(({ event }) => event.topic === 't/buried')
  t.equal(again?.event.id, 'buried10')
  await journal.markPublished(again!)
  t.equal((await journal.claimEvents(10)).find(({ event }) => event.topic === 't/buried')?.event.id, 'buried20', 'what followed goes out after it')
  t.equal(await journal.republish({ since: 0, until: start + 50 }), 3, 'two of many, one of watching')
  t.ok(await journal.reroute('tokenio', 'watching', 'u/watching'))
  t.equal(await journal.erase('many'), 2)
  t.equal(await journal.lastEvent('tokenio', 'many'), undefined)
  t.equal((await journal.list({ key: 'many' })).entries.length, 0)
  t.notOk((await journal.append(given('many', 2))).isNew)
  for (let i = 0; i < 2; i++) await journal.forget({ payloads: start + 50, tombstones: start + 50, limit: 100 })
  t.ok((await journal.append(given('erased', 1))).isNew, 'a tombstone has left')
})
