/** The members of the generated documents that the page shows. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly title?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly pattern?: string
  readonly maxLength?: number
  readonly required?: readonly string[]
  readonly properties?: { readonly [name: string]: Schema }
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

export interface Example { readonly summary?: string, readonly value: unknown }
export interface Media { readonly schema?: Schema, readonly examples?: { readonly [name: string]: Example } }
export interface Content { readonly [type: string]: Media }
export interface Reply { readonly $ref?: string, readonly description?: string, readonly content?: Content }
export interface Parameter {
  readonly name: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: Schema
  readonly examples?: Media['examples']
}

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: { readonly [status: string]: Reply }
  readonly security?: readonly object[]
}

/** OpenAPI 3.1 */
export interface HttpDocument {
  readonly info: { readonly title: string, readonly version: string, readonly description: string }
  readonly tags: readonly { readonly name: string, readonly description: string }[]
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } }
  readonly components: { readonly responses: { readonly [name: string]: Reply } }
}

export interface EventMessage {
  readonly name: string
  readonly title: string
  readonly payload: Schema
  readonly examples: readonly { readonly payload: unknown }[]
}

export interface Topic {
  readonly address: string
  readonly description: string
  readonly parameters: { readonly [name: string]: { readonly description: string } }
}

/** AsyncAPI 3.0 */
export interface MqttDocument {
  readonly info: { readonly description: string }
  readonly channels: { readonly [name: string]: Topic }
  readonly components: { readonly messages: { readonly [name: string]: EventMessage } }
}

/** What a `$ref` within the document points to; anything else is what it is. */
export function resolved<T extends object> (document: object, found: T & { readonly $ref?: string }): T {
  if (found.$ref === undefined) return found
  const path = found.$ref.split('/').slice(1).map(name => decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~'))
  return path.reduce((at: unknown, name) => (at as { [name: string]: unknown })[name], document) as T
}
