import type { JsonObject } from '../../domain/callback.ts'
import { Failure, type FailureCode } from '../../domain/failure.ts'
import type { Result } from '../../domain/result.ts'
import { retryAfterOf } from '../retry-after.ts'
import { parseBounded } from './json-text.ts'

export interface RemoteParts {
  /** `IOTA_URL` */
  readonly url: string
  /** `IOTA_TOKEN` */
  readonly token: string | undefined
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** What a remote Iota is asked with. */
export type RemoteRequest = { readonly correlationId?: string, readonly transactionId: string, readonly configurationId?: string, readonly responseCode: string }

const patience = 7_000
const mostBytes = 4 * 1024 * 1024
const faults: { readonly [status: number]: FailureCode } = { 401: 'PROVIDER_UNAUTHORIZED', 403: 'PROVIDER_UNAUTHORIZED', 404: 'KEY_UNKNOWN', 400: 'KEY_UNKNOWN', 429: 'PROVIDER_LIMITED' }

/** Fetches the presentation that another Iota keeps: its schema says `vp_token`, its service `vpToken`. */
export function createFetchRemote ({ url, token, now = Date.now }: RemoteParts) {
  return async function fetchRemote (asked: RemoteRequest, signal: AbortSignal): Promise<Result> {
    const { status, headers, text } = await post(asked, AbortSignal.any([signal, AbortSignal.timeout(patience)]))
    if (status !== 200) throw refusalOf(status, retryAfterOf(headers['retry-after'], now()))
    const reply = parseBounded(text)
    const { vpToken, vp_token: token = vpToken, presentationSubmission, presentation_submission: submission = presentationSubmission } = (reply ?? {}) as JsonObject
    if (typeof token !== 'string' || token === '') throw new Failure('RESULT_INVALID', { reason: "Iota's reply has no presentation" })
    return { status: 'PRESENTED', data: { vpToken: token, ...typeof submission === 'string' && submission !== '' && { presentationSubmission: submission } } }
  }

  async function post (asked: RemoteRequest, signal: AbortSignal) {
    try {
      const { request } = await import('undici') // loaded with the first call: the process is ready sooner without it
      const { statusCode: status, headers, body } = await request(`${url.replace(/\/$/, '')}/v1/fetch-iota-response`, {
        method: 'POST',
        signal,
        headers: { 'content-type': 'application/json', accept: 'application/json', ...token !== undefined && { authorization: token } },
        body: JSON.stringify(asked),
      })
      const chunks: Uint8Array[] = []
      let bytes = 0
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        bytes += chunk.length
        if (bytes > mostBytes) throw new Failure('RESULT_INVALID', { reason: "Iota's reply is too large" })
        chunks.push(chunk)
      }
      return { status, headers, text: Buffer.concat(chunks).toString('utf8') }
    } catch (thrown) {
      throw thrown instanceof Failure ? thrown : new Failure('PROVIDER_AWAY', { reason: 'Iota cannot be reached' })
    }
  }
}

function refusalOf (status: number, retryAfter: number | undefined): Failure {
  const code = faults[status] ?? (status >= 500 ? 'PROVIDER_AWAY' : 'RESULT_REFUSED')
  return new Failure(code, { reason: `Iota answered ${status}`, ...retryAfter !== undefined && { retryAfter } })
}
