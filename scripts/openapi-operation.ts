import type { JsonObject } from '../src/domain/callback.ts'

interface Media { readonly schema?: unknown, readonly examples?: object }
interface Content { readonly [type: string]: Media }
interface Reply { readonly $ref?: string, readonly description?: string, readonly headers?: object, readonly content?: Content }
type Named = readonly (readonly [name: string, example: JsonObject])[]
interface Parameter { readonly name: string, readonly in: string, readonly examples?: object }

export interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required?: boolean, readonly content: Content }
  readonly responses: { readonly [status: string]: Reply }
  readonly security?: readonly object[]
}

export const corsHeaders = Object.fromEntries(['Access-Control-Allow-Origin', 'Access-Control-Allow-Methods', 'Access-Control-Allow-Headers']
  .map(name => [name, { $ref: `#/components/headers/${name}` }]))

/** An example of a query is told parameter by parameter, under one name; of a body, whole. */
export function withExamples (operation: Operation, examples: { readonly [name: string]: JsonObject }): Operation {
  const named = Object.entries(examples)
  if (named.length === 0) return operation
  const { parameters, requestBody } = operation
  return {
    ...operation,
    ...parameters === undefined ? {} : { parameters: parameters.map(parameter => withValues(parameter, named)) },
    ...requestBody === undefined ? {} : { requestBody: { required: true, ...requestBody, content: withBodies(requestBody.content, named) } },
  }
}

function withValues (parameter: Parameter, named: Named): Parameter {
  const values = named.filter(([, example]) => parameter.name in example).map(([name, example]) => [name, { value: example[parameter.name] }])
  return values.length === 0 ? parameter : { ...parameter, examples: Object.fromEntries(values) as object }
}

function withBodies (content: Content, named: Named): Content {
  return Object.fromEntries(Object.entries(content).map(([type, media]) => {
    const fitting = type === 'application/json' ? named : named.map(([name, example]) => [name, asForm(example)] as const)
    return [type, { ...media, examples: Object.fromEntries(fitting.map(([name, value]) => [name, { value }])) }]
  }))
}

/** A form's values are all text. */
function asForm (example: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(example).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]))
}

/** A browser gets a page in place of the JSON. */
export function withPage (operation: Operation, page: boolean): Operation {
  if (!page) return operation
  const { responses, ...rest } = withOk(operation, ok => ({ ...ok, content: { ...ok.content, 'text/html': { schema: { type: 'string' } } } }))
  return { ...rest, responses: { ...responses, 303: { description: 'For a browser: on to the registered return URL, or to the next step.', headers: { Location: { schema: { type: 'string' } } } } } }
}

/** Error replies have them as well: the components say so. */
export function withCors (operation: Operation, cors: boolean): Operation {
  return cors ? withOk(operation, ok => ({ ...ok, headers: corsHeaders })) : operation
}

function withOk (operation: Operation, change: (reply: Reply) => Reply): Operation {
  const ok = operation.responses['200'] ?? { description: 'Taken.' }
  return { ...operation, responses: { ...operation.responses, 200: change(ok) } }
}
