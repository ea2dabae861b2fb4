import { mostRefusals, type Callback, type JsonObject } from '../../domain/callback.ts'
import type { EventDraft } from '../../domain/event.ts'
import type { Asked, Verdict } from '../provider.ts'
import { iotaEvent } from './iota-event.ts'
import type { ResponseIncidental } from './to-callback.ts'

export interface ToEventsParts {
  /** True: presentations stay here, and subscribers claim them with the response code. */
  readonly byReference: boolean
}

/** One event for each response. It is the last, but for a presentation that is refused while the wallet may try again. */
export function createToEvents ({ byReference }: ToEventsParts) {
  return function toEvents (asked: Asked): Verdict {
    const draft = draftOf(asked)
    const also = iotaEvent(asked, draft, byReference)
    return { events: [also === undefined ? draft : { ...draft, also }] }
  }

  function draftOf (asked: Asked): EventDraft {
    if (asked.result.status === 'PRESENTED') return completed(asked)
    return asked.result.status === 'WALLET_ERROR' ? declined(asked) : refused(asked)
  }

  function completed ({ callback, result }: Asked): EventDraft {
    const { correlationId, presentations } = incidentalOf(callback)
    const { vpToken: _token, presentationSubmission: _submission, ...rest } = result.data
    const data = {
      state: callback.key,
      ...correlationId !== undefined && { correlationId },
      responseCode: callback.reply?.response_code,
      ...byReference ? rest : result.data,
      verified: presentations !== undefined,
      ...presentations !== undefined && { presentations: presentations as unknown as JsonObject[] },
    }
    return { status: 'completed', final: true, gist: 'completed', data }
  }
}

function declined ({ callback, result }: Asked): EventDraft {
  return failed(callback, 'wallet', { ...result.data, final: true })
}

function refused ({ callback, refusals = 0 }: Asked): EventDraft {
  const { refusal: error = 'presentation_malformed' } = incidentalOf(callback)
  return failed(callback, 'verification', { error, final: refusals >= mostRefusals }, `:${refusals}`)
}

function failed (callback: Callback, stage: string, data: JsonObject, which = ''): EventDraft {
  const { correlationId } = incidentalOf(callback)
  return {
    status: 'failed',
    final: data.final === true,
    gist: `failed:${stage}:${String(data.error)}${which}`,
    data: { state: callback.key, ...correlationId !== undefined && { correlationId }, stage, ...data },
  }
}

function incidentalOf ({ incidental = {} }: Callback): ResponseIncidental {
  return incidental
}
