import type { Json, JsonObject } from '../../domain/callback.ts'
import type { Detail } from '../../domain/failure.ts'
import { hasPresentation, isWalletError, textIn } from './given.ts'
import { isDeep, parseBounded } from './json-text.ts'

interface Fault { readonly field: string, readonly issue: string }

/** Faults that the schema cannot express. Members of a wrong type are the schema's to name and are passed over here. */
export function faultsOf (given: JsonObject, isRemote = false): Detail[] {
  if (isWalletError(given) || (isRemote && !hasPresentation(given) && textIn(given, 'response_code') !== undefined)) return []
  return [...missing(given), ...wrongToken(given), ...wrongSubmission(given)]
    .map(({ field, issue }) => ({ issue, field, value: describe(given[field]), location: 'body' }))
}

function missing (given: JsonObject): Fault[] {
  if (hasPresentation(given) || (given.error !== undefined && typeof given.error !== 'string')) return []
  if (textIn(given, 'response') !== undefined) return [{ field: 'response', issue: 'is encrypted for a key that is not known here' }]
  if (textIn(given, 'response_code') !== undefined) return [{ field: 'response_code', issue: 'names a result that cannot be fetched here: send vp_token' }]
  return [{ field: 'vp_token', issue: 'is missing: a response has vp_token or error' }]
}

/** A bare JWT, SD-JWT or mdoc is left as it is; what begins like JSON must be JSON. */
function wrongToken ({ vp_token: token }: JsonObject): Fault[] {
  const fault = { field: 'vp_token', issue: 'must be JSON, or a bare presentation' }
  if (typeof token === 'string') return /^\s*["[{]/.test(token) && parseBounded(token) === undefined ? [fault] : []
  return isDeep(token) ? [fault] : []
}

function wrongSubmission (given: JsonObject): Fault[] {
  const submission = textIn(given, 'presentation_submission')
  if (submission === undefined || isObject(parseBounded(submission))) return []
  return [{ field: 'presentation_submission', issue: 'must be a JSON object as text' }]
}

function isObject (value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What was given, without repeating it: it is personal. */
function describe (value: Json | undefined): string {
  if (value === undefined) return 'absent'
  if (typeof value === 'string') return value === '' ? 'empty' : `text, ${value.length} characters`
  return value === null ? 'null' : `of type ${Array.isArray(value) ? 'array' : typeof value}`
}
