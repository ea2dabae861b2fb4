import type { JsonObject } from '../../domain/callback.ts'
import { Failure } from '../../domain/failure.ts'
import type { Entered } from '../visits.ts'
import type { Calls } from './call.ts'
import { readFields } from './credential-fields.ts'
import { httpsUrl } from './https-url.ts'
import { isSegment } from './id.ts'

const statuses = ['AUTHENTICATED', 'AUTHENTICATION_FAILED', 'DECLINED_BY_PSU', 'INVALID']

/** `POST /token-requests/{id}/authorization`: what the user entered, once. Its values go nowhere else. */
export function createEnter ({ call }: Pick<Calls, 'call'>) {
  return async function enter (key: string, entered: { readonly [name: string]: string }, signal: AbortSignal): Promise<Entered> {
    if (!isSegment(key)) throw new Failure('KEY_UNKNOWN', { reason: 'the key cannot be an id of Token.io' })
    const body = JSON.stringify({ credentials: entered, useCredentialFlow: true })
    const { json } = await call({ method: 'POST', path: `/token-requests/${key}/authorization`, body }, signal)
    return enteredOf(typeof json === 'object' && json !== null ? json as JsonObject : {})
  }
}

/** One of fields, a redirect and a status; an empty one counts for nothing. */
function enteredOf (given: JsonObject): Entered {
  const { fields, faults } = readFields(given)
  if (fields.length > 0 && faults.length === 0) return { next: 'step', parameters: { fields }, reply: { fields } }
  const redirectUrl = httpsUrl(given.redirectUrl)
  if (redirectUrl !== undefined) return { next: 'redirect', redirectUrl, parameters: { answered: 'REDIRECT' }, reply: { redirectUrl } }
  const status = statuses.find(known => known === given.status)
  return { next: nextOf(status), parameters: { answered: status ?? 'UNRECOGNIZED' }, reply: { ...status && { status } } }
}

/** AUTHENTICATED, and what we do not know, are left to the result. */
function nextOf (status: string | undefined): Entered['next'] {
  if (status === 'AUTHENTICATION_FAILED') return 'again'
  return status === 'DECLINED_BY_PSU' ? 'cancelled' : 'wait'
}
