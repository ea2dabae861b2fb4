import type { FastifyRequest } from 'fastify'
import type { JsonObject } from '../domain/callback.ts'
import { Failure, type Detail } from '../domain/failure.ts'

type Location = Detail['location']

/** The members of an Ajv error that are read here. */
interface SchemaError {
  readonly keyword: string
  readonly instancePath: string
  readonly message?: string
  readonly params: { readonly [name: string]: unknown }
}

/**
 * Throws `PARAMETERS_INVALID` with all faults in one reply: the schema's, from a route with `attachValidation`, and those that `faultsOf`
 * finds in other fields.
 */
export function refuseFaults (request: FastifyRequest, location: 'query' | 'body', faultsOf: (parameters: JsonObject) => readonly Detail[] = () => []): void {
  const parameters = request[location]
  const { validationError } = request
  const isObject = typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)
  const found = isObject ? faultsOf(parameters as JsonObject) : []
  if (validationError === undefined && isObject && found.length === 0 && !(location === 'query' && isAnyTwice(parameters))) return

  const bySchema = validationError === undefined ? [] : detailsOf(validationError.validation as readonly SchemaError[] | undefined ?? [], parameters, location)
  const named = new Set(bySchema.map(({ field }) => field))
  const others = found.filter(({ field }) => !named.has(field))
  const nothing = isObject || bySchema.length > 0 ? [] : [{ issue: 'must be object', field: location, value: describe(parameters), location }] // a body without a media type
  const details = [...bySchema, ...others, ...nothing]
  if (details.length === 0 && location === 'query' && isAnyTwice(parameters as object)) details.push({ issue: 'has a parameter that is given twice', field: 'query', location })
  if (details.length > 0) throw new Failure('PARAMETERS_INVALID', { details })
}

function isAnyTwice (parameters: object): boolean {
  for (const value of Object.values(parameters)) if (Array.isArray(value)) return true
  return false
}

/** One detail for each fault that a schema found; says what was given without repeating it. */
export function detailsOf (errors: readonly SchemaError[], parameters: unknown, location: Location): Detail[] {
  const details = errors.filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'oneOf' && keyword !== 'if').map(error => {
    const field = fieldOf(error)
    const given = valueAt(parameters, error.instancePath)
    return { issue: issueOf(error, given), field, value: error.keyword === 'required' ? 'absent' : describe(given), location }
  })
  return details.length > 0 ? onePerField(details) : [{ issue: 'does not have the required shape', field: location, location }]
}

/** What a value is, in words that hold nothing of it. */
export function describe (value: unknown): string {
  if (value === undefined) return 'absent'
  if (Array.isArray(value)) return `given ${value.length} times`
  if (typeof value === 'string') return value === '' ? 'empty' : `text, ${value.length} characters`
  return value === null ? 'null' : `of type ${typeof value}`
}

function onePerField (details: readonly Detail[]): Detail[] {
  return [...new Map(details.map(detail => [`${detail.field} ${detail.issue}`, detail])).values()]
}

function fieldOf ({ keyword, instancePath, params }: SchemaError): string {
  const path = instancePath.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')
  if (keyword !== 'required') return path === '' ? 'body' : path
  return path === '' ? String(params.missingProperty) : `${path}.${String(params.missingProperty)}`
}

function issueOf ({ keyword, message }: SchemaError, given: unknown): string {
  if (keyword === 'required') return 'is missing'
  if (Array.isArray(given)) return 'must be given once'
  return message ?? 'is wrong'
}

function valueAt (parameters: unknown, path: string): unknown {
  let value = parameters
  for (const name of path.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as { [name: string]: unknown })[name.replaceAll('~1', '/').replaceAll('~0', '~')]
  }
  return value
}
