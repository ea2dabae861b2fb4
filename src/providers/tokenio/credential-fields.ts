import { createHash } from 'node:crypto'
import type { ErrorObject } from 'ajv'
import parseJson from 'secure-json-parse'
import type { Json, JsonObject } from '../../domain/callback.ts'
import { createCompile } from '../../domain/compile.ts'

/** One thing that the bank wants of the user, as Token.io's CredentialField: every member is optional. */
export type CredentialField = {
  readonly id?: string
  readonly displayName?: string
  readonly description?: string
  readonly type?: string
  readonly options?: readonly string[]
  readonly image?: string
  readonly flickerCode?: string
  readonly password?: boolean
}

export const credentialFieldSchema = {
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: {
    id: { type: 'string', maxLength: 128, description: 'Name under which the value is sent to Token.io.' },
    displayName: { type: 'string', maxLength: 256, description: 'Label.' },
    description: { type: 'string', maxLength: 2048, description: 'What the user is asked for or told.' },
    type: {
      type: 'string',
      pattern: '^[A-Z][A-Z0-9_]{0,31}$',
      description: 'FIELD, PASSWORD, PSU_MESSAGE, IMAGE, FLICKER, DECOUPLED, INVALID, or one that Token.io added since.',
    },
    options: { type: 'array', maxItems: 64, items: { type: 'string', maxLength: 256 }, description: 'The user chooses one of these.' },
    image: { type: 'string', maxLength: 65536, pattern: '^[A-Za-z0-9+/_=-]+$', description: 'Picture to show, base64.' },
    flickerCode: { type: 'string', maxLength: 4096, description: 'Code for an optical reader.' },
    password: { type: 'boolean', description: 'True when what is typed must not be seen.' },
  },
} as const

const names = Object.keys(credentialFieldSchema.properties)
const mostFields = 32
const isField = createCompile({ allErrors: true, strict: true })<CredentialField>(credentialFieldSchema)

export type DecodedFields = { readonly fields: readonly CredentialField[], readonly faults: readonly string[] }

/** `credential-fields` as the callback carries it, to its fields narrowed to what is known, or to its faults in words. */
export function decodeCredentialFields (encoded: string): DecodedFields {
  return readFields(jsonIn(encoded))
}

/** The same from JSON: `{ fields: [ … ] }`, or nested once more as the authorization's reply has it. */
export function readFields (json: unknown): DecodedFields {
  const given = listIn(json)
  if (given === undefined) return { fields: [], faults: ['must be base64 of a JSON object { "fields": [ … ] }'] }
  if (given.length === 0 || given.length > mostFields) return { fields: [], faults: [`must name between 1 and ${mostFields} fields`] }
  const fields = given.map(narrow)
  return { fields: fields as readonly CredentialField[], faults: fields.flatMap(faultsOfField) }
}

/** True when the user confirms elsewhere and has nothing to enter. */
export function isDecoupled (fields: readonly CredentialField[]): boolean {
  return fields.some(({ type }) => type === 'DECOUPLED') && !fields.some(isInput)
}

/** Equal for equal fields. */
export function markOf (fields: readonly CredentialField[]): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('base64url').slice(0, 22)
}

/** True when the user enters or chooses something. */
export function isInput ({ id, type = 'FIELD' }: CredentialField): boolean {
  return id !== undefined && !['DECOUPLED', 'PSU_MESSAGE', 'IMAGE', 'FLICKER'].includes(type)
}

/** base64 or base64url, padded or not; a raw `+` in a query was read as a space. */
function jsonIn (encoded: string): unknown {
  const text = encoded.trim().replaceAll(' ', '+').replaceAll('-', '+').replaceAll('_', '/').replace(/={0,2}$/, '')
  if (!/^[A-Za-z0-9+/]+$/.test(text) || text.length % 4 === 1) return undefined
  try {
    const json = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'base64'))
    return parseJson.parse(json, null, { protoAction: 'error', constructorAction: 'error' })
  } catch {
    return undefined
  }
}

/** `{ fields: […] }`, or `{ fields: { fields: […] } }` as the authorization's reply nests it. */
function listIn (value: unknown, nested = false): readonly Json[] | undefined {
  const fields = isObject(value) ? value.fields : undefined
  if (Array.isArray(fields)) return fields as readonly Json[]
  return nested ? undefined : listIn({ fields: isObject(fields) ? fields.fields : undefined }, true)
}

/** Members that are not known, null or empty are left out: Token.io may add some, and writes unset ones as empty. */
function narrow (field: Json): Json {
  if (!isObject(field)) return field
  return Object.fromEntries(names.map(name => [name, field[name]]).filter(([, value]) => value !== undefined && value !== null && value !== ''))
}

function faultsOfField (field: Json, index: number): string[] {
  return isField(field) ? [] : (isField.errors ?? []).map(fault => sentenceOf(fault, index))
}

function sentenceOf ({ instancePath, message }: ErrorObject, index: number): string {
  return ['field', `${index + 1}:`, instancePath.slice(1).replace('/', ' '), message].filter(word => word).join(' ')
}

function isObject (value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
