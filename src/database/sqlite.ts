import type { DatabaseSync } from 'node:sqlite'
import type { Failure } from '../domain/failure.ts'
import { readMigrations } from './migrations.ts'
import { createSeal, type Seal } from './seal.ts'
import { migrate } from './sqlite/migrate.ts'
import { createBackup, type Copy } from './sqlite/backup.ts'
import { openFile } from './sqlite/open-file.ts'
import { createTransactions, type Transactions } from './sqlite/transactions.ts'
import { unreadableOf } from './sqlite/trouble.ts'

export interface SqliteDatabaseParts {
  /** A path, or `:memory:`. Its folder is made when missing. */
  readonly file: string
  /** Sealing keys of 32 bytes: the first seals, all open. With none, payloads rest as they are. */
  readonly keys: readonly Uint8Array[]
  /** Told of each commit that the disk refused. */
  readonly onTrouble?: ((failure: Failure) => void) | undefined
  /** Told of each commit: how many writes shared it, and the milliseconds that it took. */
  readonly onCommit?: ((writes: number, milliseconds: number) => void) | undefined
}

/** One SQLite file, held by this process alone: what the journal and the registrations share. */
export interface SqliteDatabase {
  readonly file: string
  readonly db: DatabaseSync
  readonly transactions: Transactions
  readonly seal: Seal
  /** A consistent copy of the file, made while it is used. */
  backup (): Promise<Copy>
  /** Ends when all that was begun is durable. */
  close (): Promise<void>
}

/** Throws `JOURNAL_UNREADABLE` when the file is held by another process, damaged, foreign or newer. */
export async function openSqliteDatabase ({ file, keys, onTrouble, onCommit }: SqliteDatabaseParts): Promise<SqliteDatabase> {
  const seal = createSeal(keys)
  const migrations = await readMigrations('sqlite')
  const db = openFile(file)
  try {
    migrate(db, migrations)
    const transactions = createTransactions({ db, onTrouble, onCommit })
    return {
      file, db, transactions, seal,
      backup: createBackup({ db, file }),
      async close () {
        await transactions.close()
        if (db.isOpen) db.close() // the last one out folds the WAL into the file
      },
    }
  } catch (thrown) {
    db.close()
    throw unreadableOf(thrown)
  }
}
