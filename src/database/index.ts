import { openSqliteDatabase, type SqliteDatabase, type SqliteDatabaseParts } from './sqlite.ts'

export interface DatabaseParts extends Omit<SqliteDatabaseParts, 'file'> {
  /** `sqlite:FILE`. */
  readonly url: string
}

export type Database = { readonly engine: 'sqlite', readonly sqlite: SqliteDatabase, close (): Promise<void> }

/** Opens the database that the URL names; only its engine is loaded. */
export async function openDatabase ({ url, ...parts }: DatabaseParts): Promise<Database> {
  const sqlite = await openSqliteDatabase({ file: url.slice('sqlite:'.length), ...parts })
  return { engine: 'sqlite', sqlite, close: sqlite.close }
}
