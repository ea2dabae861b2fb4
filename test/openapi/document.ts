import { readFileSync } from 'node:fs'

/** A generated document, as it is committed. */
export function read (file: 'openapi.json' | 'asyncapi.json' | 'openapi.yaml' | 'asyncapi.yaml'): string {
  return readFileSync(new URL(`../../openapi/${file}`, import.meta.url), 'utf8')
}

export interface Media { readonly schema: JsonSchema, readonly examples?: { readonly [name: string]: { readonly value: unknown } } }
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly properties?: { readonly [name: string]: JsonSchema }
  readonly required?: readonly string[]
  readonly maxLength?: number
}
export interface Reply {
  readonly $ref?: string
  readonly headers?: { readonly [name: string]: object }
  readonly content?: { readonly [type: string]: Media }
}
export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: JsonSchema
  readonly examples?: Media['examples']
}
export interface Operation {
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: { readonly [type: string]: Media } }
  readonly responses: { readonly [status: string]: Reply }
  readonly security?: readonly { readonly [scheme: string]: readonly string[] }[]
}
export interface OpenApi {
  readonly servers: readonly object[]
  readonly paths: { readonly [path: string]: { readonly servers?: readonly object[] } & { readonly [method: string]: Operation } }
  readonly components: { readonly responses: { readonly [name: string]: Reply } }
}

/** Every `$ref` of a document that leads nowhere. */
export function deadRefsOf (document: object): string[] {
  const found: string[] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, member] of Object.entries(value)) {
      if (name === '$ref' && typeof member === 'string' && at(document, member) === undefined) found.push(member)
      visit(member)
    }
  }
  visit(document)
  return found
}

/** What a local reference points to. */
export function at (document: object, ref: string): unknown {
  if (!ref.startsWith('#/')) return undefined
  return ref.slice(2).split('/').map(name => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, name) => (value as { [name: string]: unknown } | undefined)?.[name], document)
}
