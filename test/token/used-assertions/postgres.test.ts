import t from 'tap'
import { openPostgresDatabase } from '../../../src/database/postgres.ts'
import { createPostgresUseOnce } from '../../../src/token/used-assertions/postgres.ts'
import { startPostgres, withoutPostgres } from '../../postgres.ts'
import { useOnceContract } from './use-once-contract.ts'

void t.test('on PostgreSQL', { skip: withoutPostgres }, async t => {
  const postgres = await startPostgres()
  t.teardown(postgres.stop)
  useOnceContract(t, async (t, { now }) => {
    const database = await openPostgresDatabase({ url: await postgres.fresh(), keys: [] })
    t.teardown(database.close)
    return createPostgresUseOnce({ database, now })
  })
})
