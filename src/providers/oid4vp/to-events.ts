import type { EventDraft } from '../../domain/event.ts'
import type { Asked, Verdict } from '../provider.ts'

/** One event for each result, and it is the last: a `state` is taken once. */
export function toEvents (asked: Asked): Verdict {
  return { events: [asked.result.status === 'PRESENTED' ? completed(asked) : failed(asked)] }
}

function completed ({ callback, result }: Asked): EventDraft {
  const data = { state: callback.key, responseCode: callback.reply?.response_code, ...result.data, verified: false }
  return { status: 'completed', final: true, gist: 'completed', data }
}

function failed ({ callback, result }: Asked): EventDraft {
  const data = { state: callback.key, stage: 'wallet', ...result.data, final: true }
  return { status: 'failed', final: true, gist: `failed:wallet:${String(result.data.error)}`, data }
}
