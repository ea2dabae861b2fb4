import t from 'tap'
import { openSqliteDatabase } from '../../../src/database/sqlite.ts'
import { createSqliteUseOnce } from '../../../src/token/used-assertions/sqlite.ts'
import { useOnceContract } from './use-once-contract.ts'

useOnceContract(t, async (t, { now }) => {
  const database = await openSqliteDatabase({ file: ':memory:', keys: [] })
  t.teardown(database.close)
  return createSqliteUseOnce({ database, now })
})
