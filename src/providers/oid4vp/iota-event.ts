import type { AlsoDraft, EventDraft } from '../../domain/event.ts'
import type { Asked } from '../provider.ts'
import type { ResponseIncidental } from './to-callback.ts'

/**
 * Affinidi's own event for the same result, as its browser library parses it, for who registered with a `connectionClientId`. That library
 * knows no references: where presentations stay here, it hears of errors only.
 */
export function iotaEvent ({ callback, result }: Asked, { status, data }: EventDraft, byReference: boolean): AlsoDraft | undefined {
  const { connectionClientId, correlationId } = (callback.incidental ?? {}) as unknown as ResponseIncidental
  if (connectionClientId === undefined || correlationId === undefined || (byReference && status === 'completed')) return undefined
  const { vpToken, presentationSubmission } = result.data
  const submission = presentationSubmission === undefined ? {} : { presentationSubmission } // absent for DCQL: an empty one is a fault there
  const event = status === 'completed'
    ? { eventType: 'response-callback', correlationId, vpToken, ...submission }
    : { eventType: 'error', correlationId, error: errorOf(String(data.error), data.errorDescription) }
  return { type: event.eventType, topic: ['iota', 'v1', connectionClientId], payload: event }
}

/** Always with one row of details: the library reads the first without looking. */
function errorOf (code: string, description: unknown) {
  const isDenied = code === 'access_denied'
  return {
    message: isDenied ? 'Operation forbidden: access_denied.' : 'Invalid parameter: vp_token.',
    httpStatusCode: isDenied ? 403 : 400,
    details: [{ issue: typeof description === 'string' ? `${code}: ${description}` : code }],
  }
}
