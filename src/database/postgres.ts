import type { Failure } from '../domain/failure.ts'
import { readMigrations } from './migrations.ts'
import { startHearing } from './postgres/hearing.ts'
import { migrate } from './postgres/migrate.ts'
import { openPool, type Connections } from './postgres/pool.ts'
import { createStatements, type Statement, type Statements } from './postgres/statements.ts'
import { createWord } from './postgres/word.ts'
import { troubleOf } from './postgres/trouble.ts'
import { createSeal, type Seal } from './seal.ts'

export interface PostgresDatabaseParts {
  /** `postgres://…`, as libpq reads it. */
  readonly url: string
  /** Sealing keys of 32 bytes: the first seals, all open. With none, payloads rest as they are. */
  readonly keys: readonly Uint8Array[]
  /** Told of each statement that network, server or disk refused. */
  readonly onTrouble?: ((failure: Failure) => void) | undefined
  /** Told of each commit: how many writes shared it, and how many milliseconds it took. */
  readonly onCommit?: ((writes: number, milliseconds: number) => void) | undefined
  /** Most connections; one more hears the other replicas. */
  readonly connections?: number
}

/** One PostgreSQL database, used by any number of replicas: what the journal and the registrations share. */
export interface PostgresDatabase extends Statements {
  readonly seal: Seal
  /** Says a word to the other replicas, soon and without a promise. */
  say (word: string): void
  /** Called with each word of another replica; the last one given holds. */
  onHeard (act: (word: string) => void): void
  /** What was begun before it is durable first: the last user of the connections closes them. */
  beforeClose (act: () => Promise<void>): void
  close (): Promise<void>
}

const channel = 'callback_receiver'

/** Throws `JOURNAL_UNAVAILABLE` when the server cannot be used now, `JOURNAL_UNREADABLE` when its schema is newer. */
export async function openPostgresDatabase ({ url, keys, onTrouble, onCommit, connections = 10 }: PostgresDatabaseParts): Promise<PostgresDatabase> {
  const seal = createSeal(keys)
  const opened = openPool(url, connections)
  try {
    await bringUpToDate(opened)
  } catch (thrown) {
    await opened.pool.end()
    throw troubleOf(thrown)
  }
  const statements = createStatements({ pool: opened.pool, onTrouble, onCommit })
  const heard = { act: (_word: string): void => {} }
  const hearing = startHearing({ ...opened, channel, onHeard: word => heard.act(word) })
  const before: (() => Promise<void>)[] = []
  let closing: Promise<void> | undefined

  async function close (): Promise<void> {
    for (const act of before) await act()
    await hearing.close()
    await opened.pool.end()
  }

  return {
    ...statements, seal,
    say: createWord({ run: statements.run, channel }),
    onHeard (act) { heard.act = act },
    beforeClose (act) { before.push(act) },
    close: () => closing ??= close(),
  }
}

async function bringUpToDate ({ pool }: Connections): Promise<void> {
  const migrations = await readMigrations('postgres')
  const client = await pool.connect()
  client.on('error', () => {}) // the statement under way throws the same
  try {
    await migrate(client, migrations)
  } finally {
    client.release(true) // it may hold a lock, and has time-outs of its own
  }
}

export type { Statement }
