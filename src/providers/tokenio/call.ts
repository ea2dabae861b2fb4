import type { Pool } from 'undici'
import parseJson from 'secure-json-parse'
import { Failure } from '../../domain/failure.ts'
import type { Health } from '../provider.ts'
import type { Authorize } from './authorize.ts'
import type { Identity } from './identity.ts'
import { refusalOf, traceIdOf, type Reply } from './refusal.ts'

const mostBytes = 256 * 1024
const waitForBytes = 5_000
const wait = 7_000

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
 * `PROVIDER_UNAUTHORIZED`, `PROVIDER_AWAY`, `RESULT_REFUSED` or `RESULT_INVALID`.
 */
export function openCalls ({ url, authorize, now, identity = {} }: Parts) {
  const { origin, host, pathname } = new URL(url)
  const base = pathname.replace(/\/+$/, '')
  let pool: Promise<Pool> | undefined
  let health: Health = { status: 'ok' }

  async function call (asking: Asking, signal: AbortSignal): Promise<Told> {
    try {
      const reply = await exchange(asking, signal)
      const refusal = refusalOf(reply, now())
      if (refusal) throw refusal
      health = { status: 'ok' }
      return { json: jsonIn(reply), traceId: traceIdOf(reply) }
    } catch (thrown) {
      if (!signal.aborted) health = healthAfter(thrown)
      throw thrown
    }
  }

  async function exchange ({ method, path, body, traceparent }: Asking, signal: AbortSignal): Promise<Reply> {
    const sent = { method, path: `${base}${path}` }
    const authorization = authorize({ ...sent, host, body })
    const headers = {
      accept: 'application/json',
      'token-json-error': 'true',
      ...(authorization && { authorization }),
      ...(traceparent !== undefined && { traceparent }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    const deadline = deadlineOf(signal)
    try {
      const reply = await (await (pool ??= openPool(origin, identity))).request({ ...sent, headers, body: body ?? null, signal: deadline.signal })
      return { status: reply.statusCode, headers: reply.headers, text: await textOf(reply.body) }
    } catch (thrown) {
      throw away(thrown, signal)
    } finally {
      deadline.end()
    }
  }

  return { call, health: () => health, close: async () => (await pool)?.destroy() }
}

export type Calls = ReturnType<typeof openCalls>

/** Loaded with the first call: the process is ready sooner without it. */
async function openPool (origin: string, identity: Identity): Promise<Pool> {
  const { Pool } = await import('undici')
  return new Pool(origin, { connections: 32, pipelining: 1, headersTimeout: waitForBytes, bodyTimeout: waitForBytes, connect: { timeout: 3_000, ...identity } })
}

/** Aborts with `signal`, or when the time is over. `AbortSignal.any` with `timeout` would cost four times as much, and hold its memory until then. */
function deadlineOf (signal: AbortSignal) {
  const controller = new AbortController()
  const abort = (): void => controller.abort()
  const timer = setTimeout(() => controller.abort(new DOMException('too late', 'TimeoutError')), wait)
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  return {
    signal: controller.signal,
    end () {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    },
  }
}

/** The body's text; nothing when it is larger than any reply of Token.io. */
async function textOf (body: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > mostBytes) return undefined // leaving the loop destroys the body, and its connection with it
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
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

/** Any answer but a refusal of us shows that Token.io is there. */
function healthAfter (thrown: unknown): Health {
  const troubled = thrown instanceof Failure && (thrown.code === 'PROVIDER_UNAUTHORIZED' || thrown.code === 'PROVIDER_AWAY')
  return troubled ? { status: 'degraded', reason: thrown.reason } : { status: 'ok' }
}
