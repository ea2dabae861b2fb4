import { randomBytes } from 'node:crypto'
import t from 'tap'
import { startPostgres, withoutPostgres } from '../postgres.ts'
import { journalContract, type OpenJournal } from './journal-contract.ts'
import { openPostgresJournal } from './open-postgres-journal.ts'

void t.test('on PostgreSQL', { skip: withoutPostgres }, async t => {
  const postgres = await startPostgres()
  t.teardown(postgres.stop)

  const open: OpenJournal = async (t, { now, keys = [randomBytes(32)] }) => {
    const url = await postgres.fresh()
    let journal = await openPostgresJournal({ url, keys, now })
    t.teardown(() => journal.close())
    return {
      journal,
      keepsLeases: true,
      async reopen () {
        await journal.close()
        journal = await openPostgresJournal({ url, keys, now })
        return journal
      },
    }
  }
  journalContract(t, open)
})
