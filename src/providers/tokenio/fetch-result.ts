import type { Callback, JsonObject } from '../../domain/callback.ts'
import { createCompile } from '../../domain/compile.ts'
import { Failure } from '../../domain/failure.ts'
import type { Result } from '../../domain/result.ts'
import type { Asking, Told } from './call.ts'
import { isSegment } from './id.ts'

type Call = (asking: Asking, signal: AbortSignal) => Promise<Told>

const optionalId = { type: 'string', nullable: true, maxLength: 512 } as const
const isReply = createCompile({ strict: true })<JsonObject & { readonly status: string }>({
  type: 'object',
  required: ['status'],
  properties: {
    status: { type: 'string', minLength: 1, maxLength: 64 },
    statusReasonInformation: { type: 'string', nullable: true },
    tokenId: optionalId,
    transferId: optionalId,
    standingOrderSubmissionId: optionalId,
    bankId: optionalId,
    signature: { type: 'object', nullable: true }, // `{}` while pending
  },
})

/** `GET /token-requests/{id}/result`: answers at once, with PENDING while the user has not decided. */
export function createFetchResult ({ call }: { readonly call: Call }) {
  return async function fetchResult ({ key, traceparent }: Callback, signal: AbortSignal): Promise<Result> {
    if (!isSegment(key)) throw new Failure('KEY_UNKNOWN', { reason: 'the key cannot be an id of Token.io' })
    const { json, traceId } = await call({ method: 'GET', path: `/token-requests/${key}/result`, traceparent }, signal)
    if (!isReply(json)) throw new Failure('RESULT_INVALID', { reason: `Token.io's reply is not a result${traceId ? ` (trace ${traceId})` : ''}` })
    return { status: json.status, data: { ...narrow(json), ...(traceId && { traceId }) } }
  }
}

/** What events pass on. Unset members come as empty texts. */
function narrow (reply: JsonObject): JsonObject {
  const data: { [name: string]: string } = {}
  for (const name of ['tokenId', 'transferId', 'standingOrderSubmissionId', 'bankId', 'statusReasonInformation']) {
    const value = reply[name]
    if (typeof value === 'string' && value !== '') data[name] = name === 'statusReasonInformation' ? value.slice(0, 1024) : value
  }
  return data
}
