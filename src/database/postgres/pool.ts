import { Client, Pool, types, type ClientConfig } from 'pg'

/** Longest wait for a connection, and for an answer, in milliseconds: a dead server is told of in seconds. */
const connectTimeout = 2500
const answerTimeout = 5000

// Statistics of young tables mislead the planner into scans, and limits that it does not know into joins of whole indexes: each of our statements
// looks few rows up, one by one. Out of a bitmap, all that is due would be sorted for each claim, and no index would learn which of its rows are gone.
export const planning = 'SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off'
// Two that wait for each other are told so after 1 s, before they give up. A replica that freezes in a transaction loses it, so that it holds up nobody.
const settings = `
  SET statement_timeout = 4000; SET lock_timeout = 1500; SET idle_in_transaction_session_timeout = 3000; ${planning};
  SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`

/** `bigint` as a number: ours are times and counts. */
const numbers = { getTypeParser: ((oid: number, format?: 'text') => oid === 20 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser }

export interface Connections {
  readonly pool: Pool
  /** A connection that is not of the pool. */
  single (): Client
  /** Whether the server's process with this id serves the pool. */
  isOwn (processId: number): boolean
}

export function openPool (url: string, size: number): Connections {
  const config = {
    connectionString: url,
    application_name: 'callback-receiver',
    connectionTimeoutMillis: connectTimeout,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
    types: numbers,
  } satisfies ClientConfig
  const pool = new Pool({ ...config, max: size, query_timeout: answerTimeout, pipeline: true, idleTimeoutMillis: 60_000 })
  const own = new Map<object, number>()
  pool.on('connect', client => {
    own.set(client, (client as { processID?: number }).processID ?? 0)
    client.query(settings).catch(() => {}) // the connection is gone, and the first statement says so
  })
  pool.on('remove', client => { own.delete(client) })
  pool.on('error', () => {}) // an idle connection ended; the pool makes another
  return {
    pool,
    single: () => new Client(config),
    isOwn: processId => [...own.values()].includes(processId),
  }
}
