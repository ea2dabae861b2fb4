import type { Pool } from 'undici'
import parseJson from 'secure-json-parse'
import { Failure, type FailureCode } from '../../domain/failure.ts'
import { mostAtOnce, type Health } from '../provider.ts'
import type { Authorize } from './authorize.ts'
import { exchange } from './exchange.ts'
import type { Identity } from './identity.ts'
import { refusalOf, traceIdOf, type Reply } from './refusal.ts'

const mostBytes = 256 * 1024
const waitForBytes = 5_000
const wait = 7_000
/** Milliseconds that a connection is kept for the next callback, where Token.io does not say how long it keeps it: less than the minute of most load balancers. */
const keptFor = 50_000
/** Milliseconds after which TCP asks whether the other end of an idle connection is still there: firewalls in between forget those that are silent. */
const askedAfter = 5_000
/** Connections beside those for results: a user who waits does not wait for them. */
const forVisits = 32

export interface Asking {
  readonly method: 'GET' | 'POST'
  /** Below TOKENIO_URL, as it goes over the wire. */
  readonly path: string
  /** JSON text. */
  readonly body?: string
  /** W3C Trace Context: the callback's, so that its trace goes on at Token.io. */
  readonly traceparent?: string
}

export interface Told {
  /** The reply's JSON: hostile until it met a schema. */
  readonly json: unknown
  readonly traceId: string | undefined
}

interface Parts {
  readonly url: string
  readonly authorize: Authorize
  readonly now: () => number
  /** For TLS with Token.io. */
  readonly identity?: Identity
}

/**
 * One call to Token.io: bounded in time (7 s) and size (256 KiB), no redirect followed. Throws `Failure`: `KEY_UNKNOWN`,
 * `PROVIDER_UNAUTHORIZED`, `PROVIDER_AWAY`, `PROVIDER_LIMITED`, `RESULT_REFUSED` or `RESULT_INVALID`.
 */
export function openCalls ({ url, authorize, now, identity = {} }: Parts) {
  const { origin, host, pathname } = new URL(url)
  const base = pathname.replace(/\/+$/, '')
  let pool: Promise<Pool> | undefined
  let health: Health = { status: 'ok' }

  async function call (asking: Asking, signal: AbortSignal): Promise<Told> {
    try {
      const reply = await ask(asking, signal)
      const refusal = refusalOf(reply, now())
      if (refusal) throw refusal
      health = { status: 'ok' }
      return { json: jsonIn(reply), traceId: traceIdOf(reply) }
    } catch (thrown) {
      if (!signal.aborted) health = healthAfter(thrown)
      throw thrown
    }
  }

  async function ask ({ method, path, body, traceparent }: Asking, signal: AbortSignal): Promise<Reply> {
    const sent = { method, path: `${base}${path}` }
    const authorization = authorize({ ...sent, host, body })
    const headers = {
      accept: 'application/json',
      'token-json-error': 'true',
      ...(authorization && { authorization }),
      ...(traceparent !== undefined && { traceparent }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    try {
      return await exchange({ dispatcher: await (pool ??= openPool(origin, identity)), request: { ...sent, headers, body: body ?? null }, signal, wait, mostBytes })
    } catch (thrown) {
      throw away(thrown, signal)
    }
  }

  return { call, health: () => health, close: async () => (await pool)?.destroy() }
}

export type Calls = ReturnType<typeof openCalls>

/** Loaded with the first call: the process is ready sooner without it. */
async function openPool (origin: string, identity: Identity): Promise<Pool> {
  const { Pool } = await import('undici')
  return new Pool(origin, { connections: mostAtOnce + forVisits, pipelining: 1, keepAliveTimeout: keptFor, headersTimeout: waitForBytes, bodyTimeout: waitForBytes, connect: { timeout: 3_000, keepAliveInitialDelay: askedAfter, ...identity } })
}

function jsonIn (reply: Reply): unknown {
  if (reply.text === undefined) throw invalid(reply, `more than ${mostBytes} bytes`)
  try {
    return parseJson.parse(reply.text, null, { protoAction: 'error', constructorAction: 'error' })
  } catch {
    throw invalid(reply, 'not JSON, or hostile JSON')
  }
}

function invalid (reply: Reply, what: string): Failure {
  const traceId = traceIdOf(reply)
  return new Failure('RESULT_INVALID', { reason: `Token.io's reply is ${what}${traceId ? ` (trace ${traceId})` : ''}` })
}

// The error itself is not passed on as a cause: undici's parser errors carry what was received
function away (thrown: unknown, signal: AbortSignal): Failure {
  if (thrown instanceof Failure) return thrown
  if (signal.aborted) return new Failure('PROVIDER_AWAY', { reason: 'asking Token.io was called off' })
  const { code, name } = thrown as { readonly code?: unknown, readonly name?: unknown }
  return new Failure('PROVIDER_AWAY', { reason: `Token.io cannot be reached (${typeof code === 'string' ? code : String(name)})` })
}

const troubles: ReadonlySet<FailureCode> = new Set(['PROVIDER_UNAUTHORIZED', 'PROVIDER_AWAY'])

/** Any answer but a refusal of us shows that Token.io is there. */
function healthAfter (thrown: unknown): Health {
  return thrown instanceof Failure && troubles.has(thrown.code) ? { status: 'degraded', reason: thrown.reason } : { status: 'ok' }
}
