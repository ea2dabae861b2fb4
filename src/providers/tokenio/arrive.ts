import type { JsonObject } from '../../domain/callback.ts'
import { asFailure, Failure } from '../../domain/failure.ts'
import type { Arrived } from '../visits.ts'
import type { Calls, Told } from './call.ts'
import { readFields } from './credential-fields.ts'
import { httpsUrl } from './https-url.ts'
import { isSegment } from './id.ts'

interface Parts extends Pick<Calls, 'call'> { readonly idPattern: RegExp }

/** `POST /callback/initiation`: Token.io reads the bank's query, and names the token request that goes on. */
export function createArrive ({ call, idPattern }: Parts) {
  return async function arrive (query: string, traceparent: string, signal: AbortSignal): Promise<Arrived> {
    const { json, traceId } = await tell(query, traceparent, signal)
    const given = isObject(json) ? json : {}
    const key = [given.tokenRequestId, inner(given.tokenRequest, 'id'), inner(given.result, 'tokenRequestId')].find(isText)
    if (key === undefined || !isSegment(key) || !idPattern.test(key)) throw new Failure('RESULT_INVALID', { reason: "Token.io's reply names no token request" })
    const { fields, faults } = readFields(given)
    const redirectUrl = httpsUrl(given.redirectUrl)
    return {
      callback: {
        provider: 'tokenio', channel: 'front', key, traceparent,
        parameters: fields.length > 0 && faults.length === 0 ? { fields } : {},
        ...traceId && { incidental: { traceId } },
      },
      ...redirectUrl && { redirectUrl },
    }
  }

  async function tell (query: string, traceparent: string, signal: AbortSignal): Promise<Told> {
    try {
      return await call({ method: 'POST', path: '/callback/initiation', body: JSON.stringify({ query }), traceparent }, signal)
    } catch (thrown) {
      const { code } = asFailure(thrown)
      if (code !== 'KEY_UNKNOWN' && code !== 'RESULT_REFUSED') throw thrown
      throw new Failure('PARAMETERS_INVALID', { reason: 'Token.io does not know this callback', details: [{ issue: 'is not known to Token.io', field: 'query', location: 'query' }] })
    }
  }
}

function isText (value: unknown): value is string {
  return typeof value === 'string'
}

function inner (value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined
}

function isObject (value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
