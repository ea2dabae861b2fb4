import { Ajv, type ValidateFunction } from 'ajv'
import type { JsonObject } from '../../../domain/callback.ts'
import { createCompile } from '../../../domain/compile.ts'
import { parseBounded } from '../json-text.ts'
import { inTime, largest, longest } from './in-time.ts'
import { stepsOf, valuesAt } from './json-path.ts'
import { isObject } from './jws.ts'
import { refuse } from './refusal.ts'
import type { Credential } from './verify-parts.ts'

interface Field { readonly paths: readonly (readonly (string | number)[])[], readonly isOptional: boolean, readonly fits?: ValidateFunction }
interface Descriptor { readonly id: string, readonly fields: readonly Field[], readonly formats: readonly string[] | undefined }

const words = { id: { type: 'string' }, name: {}, purpose: {} }
/** What a format is called here, by its names of drafts 18 to 25. */
const formatsOf: { readonly [name: string]: string } = {
  jwt_vc: 'jwt_vc_json', jwt_vp: 'jwt_vc_json', jwt_vc_json: 'jwt_vc_json', jwt_vp_json: 'jwt_vc_json', ldp_vc: 'ldp_vc', ldp_vp: 'ldp_vc', 'vc+sd-jwt': 'dc+sd-jwt', 'dc+sd-jwt': 'dc+sd-jwt',
}

const schema = {
  type: 'object',
  required: ['input_descriptors'],
  additionalProperties: false, // what is not read here would be asked for and not be checked: submission_requirements, is_holder, predicate
  properties: {
    ...words,
    format: { type: 'object' },
    input_descriptors: {
      type: 'array',
      minItems: 1,
      maxItems: 16,
      items: {
        type: 'object',
        required: ['id'],
        additionalProperties: false,
        properties: {
          ...words,
          group: {},
          format: { type: 'object' },
          constraints: {
            type: 'object',
            additionalProperties: false,
            properties: {
              limit_disclosure: {}, // a wish to the wallet
              fields: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['path'],
                  additionalProperties: false,
                  properties: { ...words, intent_to_retain: {}, path: { type: 'array', minItems: 1, items: { type: 'string' } }, filter: { type: 'object' }, optional: { type: 'boolean' } },
                },
              },
            },
          },
        },
      },
    },
  },
}

const isDefinition = createCompile({ strict: false })<Definition>(schema)

interface Definition {
  readonly format?: object
  readonly input_descriptors: readonly {
    readonly id: string
    readonly format?: object
    readonly constraints?: { readonly fields?: readonly { readonly path: readonly string[], readonly filter?: object, readonly optional?: boolean }[] }
  }[]
}

/** Why a definition cannot be checked here, as a sentence without its subject: what is read is a small part of Presentation Exchange 2. */
export function faultOfPex (definition: JsonObject): string | undefined {
  try {
    descriptorsOf(definition)
    return undefined
  } catch {
    return 'is no presentation definition of a kind that can be checked here: register with verify false'
  }
}

/** Each descriptor is answered by a credential that has its fields. `presented`: the credentials of each presentation. Throws `query_not_met`. */
export function assertPexMet (definition: JsonObject, submission: string | undefined, presented: readonly (readonly Credential[])[]): void {
  const { descriptor_map: map } = asObject(parseBounded(submission ?? ''))
  if (!Array.isArray(map)) throw refuse('query_not_met')
  const descriptors = descriptorsOf(definition)
  inTime(() => {
    for (const { id, fields, formats } of descriptors) {
      const answer: unknown = map.find(entry => isObject(entry) && entry.id === id)
      const credential = isObject(answer) ? credentialAt(answer, presented) : undefined
      if (credential === undefined || formats?.includes(credential.format) === false || !fields.every(field => isIn(credential, field))) throw refuse('query_not_met')
    }
  }, longest.hold)
}

function descriptorsOf (definition: JsonObject): Descriptor[] {
  if (!isDefinition(definition) || JSON.stringify(definition).length > largest) throw refuse('query_unsupported')
  return inTime(() => read(definition), longest.read)
}

function read (definition: Definition): Descriptor[] {
  const ajv = new Ajv({ strict: false, strictSchema: true, addUsedSchema: false, validateFormats: false }) // a word that is not known would not be checked
  return definition.input_descriptors.map(({ id, constraints, format = definition.format }) => ({
    id,
    formats: format && Object.keys(format).map(name => Object.hasOwn(formatsOf, name) ? formatsOf[name] ?? name : name),
    fields: (constraints?.fields ?? []).map(({ path, filter, optional = false }) => ({
      paths: path.map(text => stepsOf(text) ?? unsupported()),
      isOptional: optional,
      ...filter !== undefined && { fits: '$async' in filter ? unsupported() : ajv.compile(filter) }, // a promise would fit whatever it says
    })),
  }))
}

function unsupported (): never {
  throw refuse('query_unsupported')
}

/** `path` leads to the presentation, or on to the credential as Affinidi has it; `path_nested` to the credential in it. */
function credentialAt ({ path, path_nested: nested }: JsonObject, presented: readonly (readonly Credential[])[]): Credential | undefined {
  const steps = stepsOf(String(path))
  if (steps === undefined) return undefined
  const credentials = presented[typeof steps[0] === 'number' ? steps[0] : 0] ?? []
  const inner = isObject(nested) ? stepsOf(String(nested.path)) ?? [] : steps
  const at = inner.indexOf('verifiableCredential')
  const index = at < 0 ? undefined : inner[at + 1]
  return index === undefined && credentials.length > 1 ? undefined : credentials[Number(index ?? 0)]
}

/** Paths begin at the credential, or, as for JWTs, at the claims around it. */
function isIn ({ claims }: Credential, { paths, isOptional, fits }: Field): boolean {
  const values = paths.flatMap(steps => [claims, { vc: claims }].flatMap(root => valuesAt(root, steps)))
  return values.some(value => fits?.(value) ?? true) || (isOptional && values.length === 0)
}

function asObject (value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
