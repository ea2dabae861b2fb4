import type { PoolClient } from 'pg'
import { Failure } from '../../domain/failure.ts'
import type { Migration } from '../migrations.ts'

/** Any number, the same in every release: of replicas that start together, one at a time changes the schema. */
const oneAtATime = 0x4342524a

/** Brings the schema up to date in one transaction; throws `JOURNAL_UNREADABLE` for a newer one. A client that it fails on is not to be used again. */
export async function migrate (client: Pick<PoolClient, 'query'>, migrations: readonly Migration[]): Promise<void> {
  if (await versionOf(client, migrations) === migrations.length) return // nothing is locked where nothing is to be done
  await client.query('SET statement_timeout = 60000; SET lock_timeout = 60000')
  await client.query('SELECT pg_advisory_lock($1)', [oneAtATime]) // before the transaction: in one that has begun, a table that another made is not seen for sure
  await client.query('BEGIN')
  const version = await versionOf(client, migrations)
  await client.query('CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())')
  for (const { version: number, sql } of migrations.slice(version)) {
    await client.query(sql)
    await client.query('INSERT INTO migrations (version) VALUES ($1)', [number])
  }
  await client.query('COMMIT')
  await client.query('SELECT pg_advisory_unlock($1)', [oneAtATime])
}

async function versionOf (client: Pick<PoolClient, 'query'>, { length }: readonly Migration[]): Promise<number> {
  const { rows: [there] } = await client.query<{ there: boolean }>(`SELECT to_regclass('migrations') IS NOT NULL AS there`)
  if (there?.there !== true) return 0
  const { rows: [row] } = await client.query<{ version: number }>('SELECT coalesce(max(version), 0) AS version FROM migrations')
  const version = row?.version ?? 0
  if (version > length) {
    throw new Failure('JOURNAL_UNREADABLE', { reason: `The journal was written by a newer release: its schema is ${version}, this release knows ${length}.` })
  }
  return version
}
