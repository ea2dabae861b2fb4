import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg'
import { Failure } from '../../domain/failure.ts'
import { textFor } from './text.ts'
import { isUndone, troubleOf } from './trouble.ts'

/** Prepared once on each connection, under its name. */
export interface Statement { readonly name: string, readonly text: string }

export type Run = <R extends QueryResultRow>(statement: Statement, values: readonly unknown[]) => Promise<R[]>

export interface OpenTransaction {
  readonly run: Run
  /** The last statement: it and the commit are one round trip. Without it, the commit follows the act. */
  readonly last: Run
}

export interface Statements {
  /** Runs one statement as a transaction of its own. */
  readonly run: Run
  /** The same, and tells of its commit; `writes` says how many share it. */
  commit<R extends QueryResultRow> (statement: Statement, values: readonly unknown[], writes: number): Promise<R[]>
  /** Resolves once all that the act ran is durable; `writes` says how many share it. The act may run again when the server undid it in favour of another. */
  transact<T> (act: (transaction: OpenTransaction) => Promise<T>, writes?: number): Promise<T>
}

export interface StatementsParts {
  readonly pool: Pick<Pool, 'connect'>
  /** Told of each statement that network, server or disk refused. */
  readonly onTrouble?: ((failure: Failure) => void) | undefined
  /** Told of each commit: how many writes shared it, and how many milliseconds it took. */
  readonly onCommit?: ((writes: number, milliseconds: number) => void) | undefined
}

/** How often an act is tried that the server undid in favour of another. */
const most = 3

export function createStatements ({ pool, onTrouble, onCommit }: StatementsParts): Statements {
  async function connected<T> (act: (client: PoolClient) => Promise<T>): Promise<T> {
    try {
      const client = await pool.connect()
      const broken = (): void => {} // the statement under way throws the same
      client.on('error', broken)
      let isSound = false
      try {
        const done = await act(client)
        isSound = true
        return done
      } finally {
        client.off('error', broken)
        client.release(!isSound) // after a failover, no connection to the old server stays
      }
    } catch (thrown) {
      const trouble = troubleOf(thrown)
      if (trouble instanceof Failure) onTrouble?.(trouble)
      throw trouble
    }
  }

  async function told<T> (writes: number, act: () => Promise<T>): Promise<T> {
    const started = performance.now()
    const done = await act()
    onCommit?.(writes, performance.now() - started)
    return done
  }

  const run: Run = (statement, values) => again(() => connected(client => runOn(client)(statement, values)))
  return {
    run,
    commit: (statement, values, writes) => told(writes, () => run(statement, values)),
    transact: (act, writes = 1) => told(writes, () => again(() => connected(client => inTransaction(client, act)))),
  }
}

function runOn (client: PoolClient): Run {
  return async ({ name, text }, values) => (await client.query({ name, text, values: values.map(value => typeof value === 'string' ? textFor(value) : value) })).rows
}

async function inTransaction<T> (client: PoolClient, act: (transaction: OpenTransaction) => Promise<T>): Promise<T> {
  const run = runOn(client)
  let ended: Promise<QueryResult> | undefined
  const begun = client.query('BEGIN') // not awaited: on its way together with the first statement
  begun.catch(() => {})
  const done = await act({
    run,
    last (statement, values) {
      const rows = run<never>(statement, values)
      ended = client.query('COMMIT') // after a failed statement this rolls back
      ended.catch(() => {})
      return rows
    },
  })
  await begun
  const { command } = await (ended ?? client.query('COMMIT'))
  if (command !== 'COMMIT') throw new Error(`The transaction ended with ${command}.`) // a statement failed that nobody awaited
  return done
}

async function again<T> (act: () => Promise<T>): Promise<T> {
  for (let turn = 1; ; turn++) {
    try {
      return await act()
    } catch (thrown) {
      if (turn === most || !isUndone(thrown)) throw thrown
    }
  }
}
