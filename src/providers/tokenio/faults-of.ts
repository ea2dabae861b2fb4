import type { JsonObject } from '../../domain/callback.ts'
import type { Detail } from '../../domain/failure.ts'
import { decodeCredentialFields } from './credential-fields.ts'
import { isNumeric } from './grpc.ts'
import { idLength, isSegment } from './id.ts'
import { hintNames, hostedNames, idNames } from './parameters.ts'

interface Parts {
  readonly idPattern: RegExp
  readonly location: 'query' | 'body'
}

/** Faults that the schema cannot express. Members of a wrong type are the schema's to name and are passed over here. */
export function createFaultsOf ({ idPattern, location }: Parts) {
  return function faultsOf (given: JsonObject): Detail[] {
    const parameters = typeof given === 'object' && given !== null ? given : {}
    if (isPlain(parameters, idPattern)) return []
    const faults = [
      ...missingIds(parameters),
      ...malformedIds(parameters, idPattern),
      ...[idNames, ...Object.values(hintNames)].flatMap(names => unequal(parameters, names)),
      ...wrongFields(parameters),
    ]
    return oncePerField(faults).map(({ field, issue }) => ({ issue, field, value: describe(parameters[field]), location }))
  }
}

/** Other names that a fault could be found in. */
const watched = new Set(['requestId', ...Object.values(hintNames).flat(), 'credential-fields'])

/** What nearly every callback is: its id under both names, well-formed, and nothing else to look at. */
function isPlain (parameters: JsonObject, pattern: RegExp): boolean {
  const id = parameters['request-id']
  if (typeof id !== 'string' || id !== parameters.request_id || id.length > idLength || isMalformed(id, pattern)) return false
  for (const name of Object.keys(parameters)) if (watched.has(name)) return false
  return true
}

interface Fault { readonly field: string, readonly issue: string }

/** Both names are mandatory, except for hosted pages and the older SDK, which send the id under one of them. */
function missingIds (parameters: JsonObject): Fault[] {
  const { error } = parameters
  const named = typeof error === 'string' && error.trim() !== '' && !isNumeric(error)
  const hosted = named || hostedNames.some(name => name in parameters)
  if (hosted && idNames.some(name => name in parameters)) return []
  return ['request-id', 'request_id'].filter(name => !(name in parameters)).map(field => ({ field, issue: 'is missing' }))
}

function malformedIds (parameters: JsonObject, pattern: RegExp): Fault[] {
  return idNames.filter(name => isMalformed(parameters[name], pattern))
    .map(field => ({ field, issue: 'must be a token request id' }))
}

// A text over the schema's length is never matched: the pattern is the operator's and may be slow
function isMalformed (value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && value.length <= idLength && !(isSegment(value) && pattern.test(value))
}

function unequal (parameters: JsonObject, names: readonly string[]): Fault[] {
  const [first, ...others] = names.filter(name => typeof parameters[name] === 'string')
  if (first === undefined) return []
  return others.filter(name => parameters[name] !== parameters[first]).map(field => ({ field, issue: `must equal ${first}` }))
}

function wrongFields (parameters: JsonObject): Fault[] {
  const field = 'credential-fields'
  const encoded = parameters[field]
  if (typeof encoded !== 'string' || encoded.length > 65_536) return []
  return decodeCredentialFields(encoded).faults.map(fault => ({ field, issue: fault }))
}

/** An id that is malformed and differs has one row; credential fields have one for each of their faults. */
function oncePerField (faults: readonly Fault[]): Fault[] {
  return faults.filter(({ field }, index) => field === 'credential-fields' || faults.findIndex(fault => fault.field === field) === index)
}

/** What was given, without repeating it: it may be secret. */
function describe (value: unknown): string {
  if (value === undefined) return 'absent'
  if (value === '') return 'empty'
  if (typeof value === 'string') return `text, ${value.length} characters`
  if (Array.isArray(value)) return `given ${value.length} times`
  return value === null ? 'null' : `of type ${typeof value}`
}
