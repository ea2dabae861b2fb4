import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { Failure } from '../../../src/domain/failure.ts'
import type { EventClaim } from '../../../src/journal/journal.ts'
import { startPostgres, withoutPostgres } from '../../postgres.ts'
import { callback, told } from '../journal-contract.ts'
import type { OwnJournal } from '../open-journal.ts'
import { openPostgresJournal } from '../open-postgres-journal.ts'

// Each of these stops one act in the middle, by a lock that the test holds, and lets another one come between.
void t.test('whatever comes between: a key\'s last event stays the last to go out', { skip: withoutPostgres }, async t => {
  const postgres = await startPostgres()
  t.teardown(postgres.stop)

  interface Given { readonly journal: OwnJournal, readonly other: OwnJournal, readonly test: Client, readonly clock: { now: number } }

  async function given (t: Test): Promise<Given> {
    const url = await postgres.fresh()
    const clock = { now: 1_800_000_000_000 }
    const open = async (): Promise<OwnJournal> => {
      const journal = await openPostgresJournal({ url, keys: [], now: () => clock.now })
      t.teardown(journal.close)
      return journal
    }
    const test = new Client({ connectionString: url })
    await test.connect()
    t.teardown(() => test.end())
    return { journal: await open(), other: await open(), test, clock }
  }

  /** Records an event of the key, by a callback of its own. */
  async function record (journal: OwnJournal, key: string): Promise<string> {
    await journal.append(callback(key, { a: randomUUID() }))
    const claims = await journal.claim('tokenio', 10)
    const claim = claims.find(({ entry }) => entry.callback.key === key)
    const one = told(key)
    await journal.recordEvents(claim!, one)
    return one.events[0]!.id
  }

  async function take (journal: OwnJournal): Promise<EventClaim> {
    const [claim] = await journal.claimEvents(1)
    return claim!
  }

  async function publishAll (journal: OwnJournal, out: string[] = []): Promise<string[]> {
    for (let [claim] = await journal.claimEvents(1); claim !== undefined; [claim] = await journal.claimEvents(1)) {
      out.push(claim.event.id)
      await journal.markPublished(claim)
    }
    return out
  }

  /** Holds an event's row, as a slow disk would, while the act runs; `between` comes as soon as the act waits. */
  async function whileHeld (test: Client, id: string, act: () => Promise<unknown>, between: () => Promise<unknown>): Promise<void> {
    await test.query('BEGIN')
    await test.query('SELECT 1 FROM events WHERE id = $1 FOR UPDATE', [id])
    const acting = act()
    await sleep(100)
    const coming = between()
    await sleep(200)
    await test.query('COMMIT')
    await Promise.all([acting, coming])
  }

  void t.test('an event that is recorded and published while an older one is published again', async t => {
    const { journal, other, test } = await given(t)
    const first = await record(journal, 'k')
    await publishAll(journal)
    const out: string[] = []
    await whileHeld(test, first, () => journal.republish({ since: 0 }), async () => {
      out.push(await record(other, 'k'))
      await publishAll(other, out)
    })
    await publishAll(journal, out)
    t.ok(out.includes(first))
    t.not(out.at(-1), first)
  })

  void t.test('an event that is taken up while an older one is redriven', async t => {
    const { journal, other, test } = await given(t)
    const first = await record(journal, 'k')
    const buried = await take(journal)
    await journal.buryEvent(buried, new Failure('PUBLISH_REFUSED'))
    const second = await record(journal, 'k')
    let onItsWay: EventClaim | undefined
    await whileHeld(test, first, () => journal.redrive({ id: buried.entryId }), async () => { onItsWay = await take(other) })
    const out = await publishAll(journal)
    t.notOk(onItsWay !== undefined && await other.markPublished(onItsWay), 'it may reach the broker before the older one, and goes out again')
    t.same([...out, ...await publishAll(journal)], [first, second])
  })

  void t.test('a claim that began before an older event was published again', async t => {
    const { journal, other, test } = await given(t)
    const first = await record(journal, 'k')
    await publishAll(journal)
    await record(journal, 'a')
    const second = await record(journal, 'k')
    await test.query(`
      CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.held AND NEW.key = 'a' THEN PERFORM pg_advisory_xact_lock(7); END IF; RETURN NEW; END $$;
      CREATE TRIGGER slow BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION slow();
      SELECT pg_advisory_lock(7)`)
    const claiming = other.claimEvents(10) // looks, and stands still at the first one …
    await sleep(100)
    await journal.republish({ since: 0 }) // … while the older one becomes due again
    await test.query('SELECT pg_advisory_unlock(7)')
    t.same((await claiming).map(({ event }) => event.topic), ['t/a'])
    t.same(await publishAll(journal), [first, second])
  })

  void t.test('an event that is recorded and published while one that a clear took with it becomes due again', async t => {
    const { journal, other, test, clock } = await given(t)
    const first = await record(journal, 'k')
    await journal.markPublished(await take(journal), clock.now)
    const [expired] = await journal.claimExpired(1)
    await journal.republish({ since: 0 })
    await journal.markPublished(await take(journal), clock.now + 1e6)
    const out: string[] = []
    await whileHeld(test, first, () => journal.markCleared(expired!), async () => {
      out.push(await record(other, 'k'))
      await publishAll(other, out)
    })
    await publishAll(journal, out)
    t.ok(out.includes(first))
    t.not(out.at(-1), first)
  })

  void t.test('an event that is acknowledged while a clear ends that may have taken it along goes out again', async t => {
    const { journal, test, clock } = await given(t)
    await record(journal, 'k')
    await journal.markPublished(await take(journal), clock.now)
    const [expired] = await journal.claimExpired(1)
    const second = await record(journal, 'k')
    await take(journal)
    await test.query('BEGIN')
    await test.query('UPDATE events SET due_at = NULL, held = false, published_at = 1 WHERE id = $1', [second]) // as a mark does
    const clearing = journal.markCleared(expired!)
    await sleep(100)
    await test.query('COMMIT')
    await clearing
    t.same(await publishAll(journal), [second])
  })

  void t.test('an event that is taken up while its key is erased: the topic is cleared after it', async t => {
    const { journal, other, test, clock } = await given(t)
    const first = await record(journal, 'k')
    await publishAll(journal)
    await record(journal, 'k')
    await whileHeld(test, first, () => journal.erase('k'), () => take(other))
    const lease = 10_000
    clock.now += lease - 1
    const early = await journal.claimExpired(10)
    clock.now += 1
    t.same([...early, ...await journal.claimExpired(10)].map(({ topic }) => topic), ['t/k'])
  })

  void t.test('an entry whose last event is marked while its ask ends is delivered, whoever is first', async t => {
    const { journal, test, clock } = await given(t)
    await journal.append(callback('k'))
    const [claim] = await journal.claim('tokenio', 1)
    await journal.recordEvents(claim!, told('k', { askAgainAt: clock.now }))
    const [again] = await journal.claim('tokenio', 1)
    const event = await take(journal)
    await test.query('BEGIN')
    await test.query('UPDATE events SET due_at = NULL, held = false, published_at = 1 WHERE id = $1', [event.event.id]) // as a mark does
    const ending = journal.recordEvents(again!, told('k', { events: [] }))
    await sleep(100)
    await test.query('COMMIT')
    await ending
    t.equal((await journal.count()).waiting, 0, 'the mark')

    await journal.append(callback('k2'))
    const [second] = await journal.claim('tokenio', 1)
    await journal.recordEvents(second!, told('k2', { askAgainAt: clock.now + 1 }))
    const another = await take(journal)
    await test.query('BEGIN')
    await test.query('SELECT 1 FROM events WHERE id = $1 FOR UPDATE', [another.event.id])
    await test.query(`UPDATE entries SET status = 'resolved' WHERE id = $1`, [second!.entry.id]) // as the end of an ask does
    const marking = journal.markPublished(another)
    await sleep(100)
    await test.query('COMMIT')
    t.ok(await marking)
    t.equal((await journal.count()).waiting, 0, 'the end of the ask')
  })
})
