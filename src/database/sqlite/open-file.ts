import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Failure } from '../../domain/failure.ts'
import { unreadableOf } from './trouble.ts'

/** Bytes up to which the file is checked at the start, tables against indexes too, or each page for itself; beyond them the start would take seconds. */
const checkedWhole = 64 * 1024 * 1024
const checkedQuickly = 256 * 1024 * 1024

/** Opens the file for this process alone; throws `JOURNAL_UNREADABLE`. `:memory:` keeps nothing. */
export function openFile (file: string): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    if (file !== ':memory:') ownersOnly(file)
    db = new DatabaseSync(file, { timeout: 0 })
    // EXCLUSIVE before WAL: the index of the WAL stays in our memory, and a second process is refused
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    db.exec('PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON')
    db.exec('BEGIN IMMEDIATE; COMMIT') // takes the file
    if (file !== ':memory:') check(db, statSync(file).size)
    return db
  } catch (thrown) {
    db?.close()
    throw unreadableOf(thrown)
  }
}

function ownersOnly (file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  // an existing file is never opened here: closing it again would drop the locks of a journal that this process has open
  if (existsSync(file)) chmodSync(file, 0o600)
  else closeSync(openSync(file, 'wx', 0o600)) // SQLite gives the WAL the mode of the file
}

function check (db: DatabaseSync, size: number): void {
  if (size > checkedQuickly) return
  const [found] = Object.values(db.prepare(`PRAGMA ${size > checkedWhole ? 'quick' : 'integrity'}_check(1)`).get() ?? {})
  if (found !== 'ok') throw new Failure('JOURNAL_UNREADABLE', { reason: 'The journal is damaged.', cause: found })
}
