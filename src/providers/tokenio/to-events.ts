import type { JsonObject } from '../../domain/callback.ts'
import type { EventDraft } from '../../domain/event.ts'
import type { Asked, Verdict } from '../provider.ts'
import { isDecoupled, markOf } from './credential-fields.ts'
import { isRetriable } from './grpc.ts'
import { attentivePaceOf, paceOf, patientPaceOf, slowStep } from './pace.ts'
import type { TokenioParameters } from './to-callback.ts'

/** How long an error that Token.io does not confirm stays a pending one, in milliseconds. */
const errorGrace = 60_000

/** What a result means: Token.io's final words decide, a callback's error and fields only colour what is still open. */
export function createToEvents ({ deadline }: { /** Milliseconds. */ readonly deadline: number }) {
  return function toEvents (asked: Asked): Verdict {
    const { status } = asked.result
    if (status === 'PROCESSED') return { events: [completed(asked)] }
    if (status === 'REJECTED' || status === 'EXPIRED') return { events: [failed(asked, status, true)] }
    if ('expected' in asked.callback.parameters) return unreturned(asked)
    return parametersOf(asked).error ? unconfirmedError(asked, deadline) : undecided(asked, deadline)
  }
}

/** Pending for a minute, then failed, since the user waits; asked for on, since the error may be forged. */
function unconfirmedError (asked: Asked, deadline: number): Verdict {
  const { age, asks } = asked
  const grace = Math.min(errorGrace, deadline)
  if (age < grace) return { events: [pending(asked)], askAgainIn: paceOf(asks, grace - age) }
  const events = [failed(asked, 'CALLBACK_ERROR', false)]
  return age < deadline ? { events, askAgainIn: Math.min(slowStep, deadline - age) } : { events }
}

function undecided (asked: Asked, deadline: number): Verdict {
  const { age, asks } = asked
  if (age >= deadline) return { events: [failed(asked, 'RESULT_TIMEOUT', false)] }
  const { fields, submission } = parametersOf(asked)
  const askAgainIn = paceOf(asks, deadline - age, ...submission || (fields && isDecoupled(fields)) ? [attentivePaceOf(age)] : [])
  if (fields) return { events: [credentialsRequired(asked)], askAgainIn }
  return { events: submission ? [] : [pending(asked)], askAgainIn } // what was entered is no news for subscribers
}

/** Nobody came back yet: nothing is told but what is final, until the registration ends. */
function unreturned ({ age, callback }: Asked): Verdict {
  const left = Number(callback.incidental?.lasts) - age
  return left > 0 ? { events: [], askAgainIn: Math.min(patientPaceOf(age), left) } : { events: [] }
}

function completed ({ callback, result }: Asked): EventDraft {
  const { traceId: _unsaid, ...told } = result.data
  return { status: 'completed', final: true, gist: 'completed', data: { tokenRequestId: callback.key, status: result.status, ...told } }
}

/** Not final while Token.io has not confirmed it: a late callback is asked about again. */
function failed (asked: Asked, reason: string, confirmed: boolean): EventDraft {
  const { callback, result } = asked
  const { error } = parametersOf(asked)
  const data: JsonObject = {
    tokenRequestId: callback.key,
    reason,
    confirmed,
    retriable: isRetriable(error),
    ...(error && { error }),
    ...given('traceId', callback.incidental?.traceId ?? result.data.traceId),
    ...(confirmed && given('statusReasonInformation', result.data.statusReasonInformation)),
  }
  return { status: 'failed', final: confirmed, gist: gistOf(`failed:${reason}`, error?.code), data }
}

function pending (asked: Asked): EventDraft {
  const { error } = parametersOf(asked)
  const data: JsonObject = { tokenRequestId: asked.callback.key, status: asked.result.status, ...(error && { error }) }
  return { status: 'pending', final: false, gist: gistOf('pending', error?.code), data }
}

function credentialsRequired (asked: Asked): EventDraft {
  const { fields = [] } = parametersOf(asked)
  const data: JsonObject = { tokenRequestId: asked.callback.key, decoupled: isDecoupled(fields), fields }
  return { status: 'credentials-required', final: false, gist: `credentials-required:${markOf(fields)}`, data }
}

function parametersOf ({ callback }: Asked): TokenioParameters {
  return callback.parameters
}

function gistOf (gist: string, code: number | string | undefined): string {
  return code === undefined ? gist : `${gist}:${code}`
}

function given (name: string, value: JsonObject[string]): JsonObject {
  return value === undefined ? {} : { [name]: value }
}
