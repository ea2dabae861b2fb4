import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { openSqliteJournal } from './open-journal.ts'
import { callback, journalContract, told, type OpenJournal } from './journal-contract.ts'

const memory: OpenJournal = async (t, { now, keys = [] }) => {
  const journal = await openSqliteJournal({ file: ':memory:', keys, now })
  t.teardown(() => journal.close())
  return { journal }
}

const onFile: OpenJournal = async (t, { now, keys = [randomBytes(32)] }) => {
  const file = join(t.testdir(), 'made', 'journal.db')
  let journal = await openSqliteJournal({ file, keys, now })
  t.teardown(() => journal.close())
  return {
    journal,
    async reopen () {
      await journal.close()
      journal = await openSqliteJournal({ file, keys, now })
      return journal
    },
  }
}

void t.test('in memory', async t => { journalContract(t, memory) })
void t.test('on a file', async t => { journalContract(t, onFile) })

async function aged (t: Test): Promise<string> {
  const file = join(t.testdir(), 'journal.db')
  const journal = await openSqliteJournal({ file, keys: [] })
  for (let i = 0; i < 50; i++) await journal.append(callback(`k${i}`, { text: 'x'.repeat(2000) }))
  await journal.close()
  return file
}

void t.test('only the owner reads the file, its WAL and its folder', async t => {
  const folder = join(t.testdir(), 'data')
  const file = join(folder, 'journal.db')
  const journal = await openSqliteJournal({ file, keys: [] })
  t.teardown(() => journal.close())
  await journal.append(callback())
  t.same([folder, file, `${file}-wal`].map(path => statSync(path).mode & 0o777), [0o700, 0o600, 0o600])
})

/** Runs a script beside the journal; gives its standard output once a line is there. */
function child (t: Test, script: string) {
  const source = new URL('open-journal.ts', import.meta.url).href
  const running = spawn(process.execPath, ['--input-type=module', '-e', `import { openSqliteJournal } from ${JSON.stringify(source)}\n${script}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => { running.kill('SIGKILL') })
  return running
}

void t.test('a second process is refused on the same file, and the first goes on', async t => {
  const file = join(t.testdir(), 'journal.db')
  const journal = await openSqliteJournal({ file, keys: [] })
  t.teardown(() => journal.close())
  const second = child(t, `await openSqliteJournal({ file: ${JSON.stringify(file)}, keys: [] }).catch(({ code, reason }) => console.log(JSON.stringify({ code, reason })))`)
  const [said] = await once(second.stdout, 'data') as [Buffer]
  t.same(JSON.parse(String(said)), { code: 'JOURNAL_UNREADABLE', reason: 'Another process holds this journal.' })
  t.ok((await journal.append(callback())).isNew)
})

void t.test('what append acknowledged is there after kill -9', async t => {
  const file = join(t.testdir(), 'journal.db')
  const writer = child(t, `
    const journal = await openSqliteJournal({ file: ${JSON.stringify(file)}, keys: [] })
    const appended = Array.from({ length: 100 }, (_, i) => journal.append({ provider: 'tokenio', channel: 'back', key: 'k' + i, parameters: {}, traceparent: '' }))
    const [{ id }] = await Promise.all(appended)
    process.stdout.write(id)
    setInterval(() => {}, 1000)`)
  const [id] = await once(writer.stdout, 'data') as [Buffer]
  writer.kill('SIGKILL')
  await once(writer, 'exit')
  const journal = await openSqliteJournal({ file, keys: [] })
  t.teardown(() => journal.close())
  const claims = await journal.claim('tokenio', 1000)
  t.equal(claims.length, 100)
  t.equal(claims[0]?.entry.id, String(id))
})

/** What a process did before it was killed, and what the next one finds: waiting keys, recorded ones, published ones. */
const stages: { readonly [title: string]: { readonly acts: string, readonly found: { readonly claims: number, readonly events: number, readonly count: { readonly waiting: number, readonly unpublished: number } } } } = {
  'appended': { acts: '', found: { claims: 10, events: 0, count: { waiting: 10, unpublished: 0 } } },
  'asked for': { acts: 'await claim()', found: { claims: 10, events: 0, count: { waiting: 10, unpublished: 0 } } },
  'told': { acts: 'await tell(await claim())', found: { claims: 0, events: 10, count: { waiting: 10, unpublished: 20 } } },
  'sent': { acts: 'await tell(await claim()); await journal.claimEvents(10)', found: { claims: 0, events: 10, count: { waiting: 10, unpublished: 20 } } },
  'published in part': { acts: 'await tell(await claim()); await publish()', found: { claims: 0, events: 10, count: { waiting: 10, unpublished: 10 } } },
  'done': { acts: 'await tell(await claim()); await publish(); await publish()', found: { claims: 0, events: 0, count: { waiting: 0, unpublished: 0 } } },
  'folded': { acts: 'await tell(await claim()); await publish(); await journal.list({})', found: { claims: 0, events: 10, count: { waiting: 10, unpublished: 10 } } },
}

for (const [title, { acts, found }] of Object.entries(stages)) {
  void t.test(`a key that was ${title} when the process was killed goes on from there, and its repeats are repeats`, async t => {
    const file = join(t.testdir(), 'journal.db')
    const writer = child(t, `
      const journal = await openSqliteJournal({ file: ${JSON.stringify(file)}, keys: [] })
      const claim = () => journal.claim('tokenio', 10)
      const event = (key, n) => ({ id: key + n, type: 'x', topic: 't/' + key, payload: JSON.stringify({ key, n }) })
      const tell = claims => Promise.all(claims.map(claim => { const { key } = claim.entry.callback; return journal.recordEvents(claim, { events: [event(key, 1), event(key, 2)], gist: 'g', final: false }) }))
      const publish = async () => Promise.all((await journal.claimEvents(10)).map(claim => journal.markPublished(claim)))
      const appended = await Promise.all(Array.from({ length: 10 }, (_, i) => journal.append({ provider: 'tokenio', channel: 'back', key: 'k' + i, parameters: {}, traceparent: '' })))
      ${acts}
      process.stdout.write(JSON.stringify(appended.map(({ id }) => id)))
      setInterval(() => {}, 1000)`)
    const [said] = await once(writer.stdout, 'data') as [Buffer]
    writer.kill('SIGKILL')
    await once(writer, 'exit')
    const journal = await openSqliteJournal({ file, keys: [] })
    t.teardown(() => journal.close())
    const { waiting, unpublished, buried } = await journal.count()
    t.same({ waiting, unpublished, buried }, { ...found.count, buried: 0 })
    const claims = await journal.claim('tokenio', 100)
    const events = await journal.claimEvents(100)
    t.same([claims.length, events.length], [found.claims, found.events])
    const next = found.count.unpublished === 10 ? 2 : 1
    t.same(events.map(({ event: { id } }) => id).toSorted(), Array.from({ length: found.events }, (_, i) => `k${i}${next}`))
    const again = await Promise.all(Array.from({ length: 10 }, (_, i) => journal.append({ provider: 'tokenio', channel: 'back', key: `k${i}`, parameters: {}, traceparent: '' })))
    t.same(again.map(({ id, isNew }) => [id, isNew]), (JSON.parse(String(said)) as string[]).map(id => [id, false]))
    t.ok(await Promise.all(claims.map(claim => journal.recordEvents(claim, told(claim.entry.callback.key)))).then(kept => kept.every(Boolean)))
    t.ok(await Promise.all(events.map(claim => journal.markPublished(claim))).then(kept => kept.every(Boolean)))
  })
}

const unreadable: { readonly [title: string]: (file: string) => void } = {
  'text': file => { writeFileSync(file, 'not a database '.repeat(1000)) },
  'a file cut short': file => { truncateSync(file, 3 * 4096) },
  'a page of noise': file => { const bytes = readFileSync(file); writeFileSync(file, bytes.fill(0xa5, 4096, 3 * 4096)) },
  'a newer schema': file => { alter(file, 'PRAGMA user_version = 999') },
  'another application\'s database': file => { alter(file, 'PRAGMA application_id = 1') },
  'a foreign table': file => { writeFileSync(file, ''); alter(file, 'CREATE TABLE theirs (x)') },
}

function alter (file: string, sql: string): void {
  const db = new DatabaseSync(file)
  db.exec(sql)
  db.close()
}

for (const [title, spoil] of Object.entries(unreadable)) {
  void t.test(`${title} is refused at the start`, async t => {
    const file = await aged(t)
    spoil(file)
    const failure: unknown = await openSqliteJournal({ file, keys: [] }).catch((thrown: unknown) => thrown)
    t.match(failure, { code: 'JOURNAL_UNREADABLE', reason: /damaged|not a SQLite database|newer release|not a journal/ })
  })
}

void t.test('a folder that cannot be made is refused at the start', async t => {
  const file = await aged(t)
  await t.rejects(openSqliteJournal({ file: join(file, 'journal.db'), keys: [] }), { code: 'JOURNAL_UNREADABLE' })
})

void t.test('a removed file fails the check', async t => {
  const file = join(t.testdir(), 'journal.db')
  const journal = await openSqliteJournal({ file, keys: [] })
  t.teardown(() => journal.close())
  await journal.check()
  renameSync(file, `${file}.gone`)
  await t.rejects(journal.check(), { code: 'JOURNAL_UNAVAILABLE', reason: /removed/ })
})

void t.test('with keys, nothing that was said rests in plain', async t => {
  const folder = t.testdir()
  const canary = 'CANARY-7d1e'
  const journal = await openSqliteJournal({ file: join(folder, 'journal.db'), keys: [randomBytes(32)] })
  t.teardown(() => journal.close())
  await journal.append(callback('k', { vp_token: canary }, { incidental: { trace: canary }, reply: { response_code: canary } }))
  const [claim] = await journal.claim('tokenio', 1)
  await journal.recordEvents(claim!, told('k', { gist: canary, events: [{ id: 'e', type: 'x', topic: 't', payload: canary }] }))
  const read = (): string => readdirSync(folder).map(name => readFileSync(join(folder, name), 'latin1')).join('')
  t.notMatch(read(), canary)
  await journal.close()
  t.notMatch(read(), canary)
})

void t.test('nothing of an erased key rests in the file or its WAL', async t => {
  const folder = t.testdir()
  const canary = 'CANARY-93b0'
  const journal = await openSqliteJournal({ file: join(folder, 'journal.db'), keys: [] })
  t.teardown(() => journal.close())
  for (let i = 0; i < 50; i++) await journal.append(callback(`k${i}`, { text: 'x'.repeat(3000) }))
  await journal.append(callback(canary, { text: canary.repeat(500) }, { reply: { canary } }))
  const claim = (await journal.claim('tokenio', 100)).find(({ entry }) => entry.callback.key === canary)!
  await journal.recordEvents(claim, told(canary, { gist: canary }))
  const read = (): string => readdirSync(folder).map(name => readFileSync(join(folder, name), 'latin1')).join('')
  t.match(read(), canary)
  await journal.erase(canary)
  const [expired] = await journal.claimExpired(1)
  await journal.markCleared(expired!)
  await journal.close()
  t.notMatch(read(), canary)
})

void t.test('repeats are recognised over a rotation of the keys, until the old one is dropped', async t => {
  const [old, young] = [randomBytes(32), randomBytes(32)]
  const file = join(t.testdir(), 'journal.db')
  const given = callback('k', { a: 1 }, { reply: { code: 'r' } })
  const ids: string[] = []
  for (const keys of [[], [old], [young, old], [young]]) {
    const journal = await openSqliteJournal({ file, keys })
    ids.push((await journal.append(given)).id)
    const [claim] = await journal.claim('tokenio', 1)
    t.same(claim?.entry.callback, given)
    await journal.close()
  }
  t.equal(new Set(ids).size, 1)
  await t.rejects(openSqliteJournal({ file, keys: [old] }), { code: 'JOURNAL_UNREADABLE', reason: /JOURNAL_ENCRYPTION_KEYS/ })
})

void t.test('an entry or event that no key opens is buried, and holds up nobody', async t => {
  const [old, young] = [randomBytes(32), randomBytes(32)]
  const file = join(t.testdir(), 'journal.db')
  const first = await openSqliteJournal({ file, keys: [old] })
  await first.append(callback('told'))
  const [claim] = await first.claim('tokenio', 1)
  await first.recordEvents(claim!, told('told'))
  await first.append(callback('asked'))
  await first.close()
  await (await openSqliteJournal({ file, keys: [young, old] })).close()

  const journal = await openSqliteJournal({ file, keys: [young] })
  t.teardown(() => journal.close())
  await journal.append(callback('new'))
  const claims = await journal.claim('tokenio', 10)
  t.same(claims.map(({ entry }) => entry.callback.key), ['new'])
  await journal.recordEvents(claims[0]!, told('new'))
  t.same((await journal.claimEvents(10)).map(({ event }) => event.topic), ['t/new'])
  await journal.close()

  const db = new DatabaseSync(file)
  t.teardown(() => { db.close() })
  const buried = db.prepare(`SELECT key, reason FROM entries WHERE status = 'buried' ORDER BY key`).all()
  t.match(buried, [{ key: 'asked', reason: /^JOURNAL_UNREADABLE: / }, { key: 'told', reason: /^JOURNAL_UNREADABLE: / }])
})

void t.test('a full disk refuses callbacks, loses none, and is forgotten once there is room', { skip: !existsSync('/usr/bin/prlimit') && 'no prlimit' }, async t => {
  const file = join(t.testdir(), 'journal.db')
  // a limit on the size of files is met as a full disk is; a process that handles SIGXFSZ sees the failed write
  const limited = child(t, `
    import { execFileSync } from 'node:child_process'
    process.on('SIGXFSZ', () => {})
    const troubles = []
    const journal = await openSqliteJournal({ file: ${JSON.stringify(file)}, keys: [], onTrouble: ({ code }) => { troubles.push(code) } })
    const limit = size => execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=' + size + ':'])
    const append = i => journal.append({ provider: 'tokenio', channel: 'back', key: 'k' + i, parameters: { text: 'x'.repeat(20000) }, traceparent: '' })
    await append(9000)
    const before = (await journal.list({})).entries.length
    limit(1000000)
    let taken = 0, refused
    while (refused === undefined && taken < 1000) await append(taken).then(() => { taken++ }, thrown => { refused = thrown })
    const together = await Promise.allSettled([append(taken), append(taken + 1), append(taken + 2)])
    taken += together.filter(({ status }) => status === 'fulfilled').length
    const shown = (await journal.list({})).entries.some(({ key }) => key === 'k9000')
    limit('unlimited')
    const { isNew } = await append(5000)
    await journal.check()
    const kept = (await journal.claim('tokenio', 10000)).length
    process.stdout.write(JSON.stringify({ code: refused?.code, status: refused?.status, trouble: troubles[0], isNew, more: kept - taken, some: taken > 10, before, shown }))
    await journal.close()`)
  const [said] = await once(limited.stdout, 'data') as [Buffer]
  t.same(JSON.parse(String(said)), { code: 'JOURNAL_UNAVAILABLE', status: 503, trouble: 'JOURNAL_UNAVAILABLE', isNew: true, more: 2, some: true, before: 1, shown: true })
})
