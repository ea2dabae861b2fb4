import type { DatabaseSync } from 'node:sqlite'
import { Failure } from '../../domain/failure.ts'
import type { Migration } from '../migrations.ts'
import { unreadableOf } from './trouble.ts'

/** Marks the file as ours: 'CBRJ'. */
const applicationId = 0x4342524a

/** Brings the schema up to date in one transaction; throws `JOURNAL_UNREADABLE` for a newer one, or another application's file. */
export function migrate (db: DatabaseSync, migrations: readonly Migration[]): void {
  const version = pragma(db, 'user_version')
  const owner = pragma(db, 'application_id')
  const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
  if (owner !== applicationId && !(owner === 0 && version === 0 && isEmpty)) throw unreadable('The file is a SQLite database, but not a journal.')
  if (version > migrations.length) throw unreadable(`The journal was written by a newer release: its schema is ${version}, this release knows ${migrations.length}.`)
  if (version === migrations.length) return
  try {
    db.exec('BEGIN IMMEDIATE')
    for (const { sql } of migrations.slice(version)) db.exec(sql)
    db.exec(`PRAGMA user_version = ${migrations.length}; PRAGMA application_id = ${applicationId}; COMMIT`)
  } catch (thrown) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw unreadableOf(thrown)
  }
}

function pragma (db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name])
}

function unreadable (reason: string): Failure {
  return new Failure('JOURNAL_UNREADABLE', { reason })
}
