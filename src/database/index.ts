import type { Failure } from '../domain/failure.ts'
import type { PostgresDatabase } from './postgres.ts'
import type { SqliteDatabase } from './sqlite.ts'

export interface DatabaseParts {
  /** `sqlite:FILE`, or `postgres://…`. */
  readonly url: string
  /** Sealing keys of 32 bytes: the first seals, all open. With none, payloads rest as they are. */
  readonly keys: readonly Uint8Array[]
  /** Told of each write that the database refused. */
  readonly onTrouble?: ((failure: Failure) => void) | undefined
  /** Told of each commit: how many writes shared it, and the milliseconds that it took. */
  readonly onCommit?: ((writes: number, milliseconds: number) => void) | undefined
}

export type Database =
  | { readonly engine: 'sqlite', readonly sqlite: SqliteDatabase, close (): Promise<void> }
  | { readonly engine: 'postgres', readonly postgres: PostgresDatabase, close (): Promise<void> }

/** Opens the database that the URL names; only its engine is loaded. */
export async function openDatabase ({ url, ...parts }: DatabaseParts): Promise<Database> {
  if (url.startsWith('sqlite:')) {
    const { openSqliteDatabase } = await import('./sqlite.ts')
    const sqlite = await openSqliteDatabase({ file: url.slice('sqlite:'.length), ...parts })
    return { engine: 'sqlite', sqlite, close: sqlite.close }
  }
  const { openPostgresDatabase } = await import('./postgres.ts')
  const postgres = await openPostgresDatabase({ url, ...parts })
  return { engine: 'postgres', postgres, close: postgres.close }
}
