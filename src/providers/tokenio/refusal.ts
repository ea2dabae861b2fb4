import parseJson from 'secure-json-parse'
import { Failure, type FailureCode } from '../../domain/failure.ts'
import { retryAfterOf } from '../retry-after.ts'

export interface Reply {
  readonly status: number
  readonly headers: { readonly [name: string]: string | string[] | undefined }
  /** Absent when the body was too large. */
  readonly text: string | undefined
}

/** What Token.io's status means when it is not 200. Its words are not repeated: they may name people; its trace id is. */
export function refusalOf (reply: Reply, now: number): Failure | undefined {
  const { status } = reply
  if (status === 200) return undefined
  const traceId = traceIdOf(reply)
  const code = codeOf(status)
  const reason = `${sentences[code] ?? 'Token.io refused to answer'} (${status}${traceId ? `, trace ${traceId}` : ''})`
  const retryAfter = code === 'PROVIDER_AWAY' || code === 'PROVIDER_LIMITED' ? retryAfterOf(reply.headers['retry-after'], now) : undefined
  return new Failure(code, { reason, ...(retryAfter !== undefined && { retryAfter }) })
}

const sentences: { readonly [code in FailureCode]?: string } = {
  KEY_UNKNOWN: 'Token.io does not know the token request',
  PROVIDER_UNAUTHORIZED: 'Token.io refuses our credentials',
  PROVIDER_AWAY: 'Token.io cannot answer now',
  PROVIDER_LIMITED: 'Token.io takes no more requests now',
}

function codeOf (status: number): FailureCode {
  if (status === 404) return 'KEY_UNKNOWN'
  if (status === 401 || status === 403) return 'PROVIDER_UNAUTHORIZED'
  if (status === 429) return 'PROVIDER_LIMITED'
  if (status >= 502) return 'PROVIDER_AWAY'
  return 'RESULT_REFUSED'
}

/** Token.io's trace id, from the header or any of the three shapes that its error bodies have. */
export function traceIdOf ({ status, headers, text }: Reply): string | undefined {
  const given = first(headers.tokentraceid) ?? (status === 200 ? undefined : traceIdIn(text))
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : undefined
}

function traceIdIn (text: string | undefined): unknown {
  const body = parseJson.safeParse(text ?? '') as { readonly error?: { readonly [name: string]: unknown } | null } | null | undefined
  return body?.error?.tokenTraceId ?? body?.error?.token_trace_id
}

function first (header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}
