import type { Json } from '../src/domain/callback.ts'

interface Schema {
  readonly type?: string | readonly string[]
  readonly const?: Json
  readonly enum?: readonly Json[]
  readonly examples?: readonly Json[]
  readonly required?: readonly string[]
  readonly properties?: { readonly [name: string]: Schema }
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

/** A value that fits the schema: its own first example where it has one, else what is required and what has an example. */
export function sampleOf (given: object): Json {
  const schema = given as Schema
  const [example] = schema.examples ?? [schema.const, schema.enum?.[0]].filter(value => value !== undefined)
  if (example !== undefined) return example
  if (schema.properties !== undefined) return membersOf(schema.properties, schema.required ?? [])
  if (schema.anyOf?.[0] !== undefined) return sampleOf(schema.anyOf[0])
  if (schema.items !== undefined) return [sampleOf(schema.items)]
  return plain[[schema.type].flat()[0] ?? 'null'] ?? null
}

const plain: { readonly [type: string]: Json } = { string: 'text', integer: 1, number: 1, boolean: true, array: [], object: {} }

function membersOf (properties: { readonly [name: string]: Schema }, required: readonly string[]): Json {
  const shown = Object.entries(properties).filter(([name, member]) => required.includes(name) || hasExample(member))
  return Object.fromEntries(shown.map(([name, member]) => [name, sampleOf(member)]))
}

function hasExample ({ examples, properties = {} }: Schema): boolean {
  return examples !== undefined || Object.values(properties).some(hasExample)
}
