import type { JsonSchema, OpenApi, Operation } from './document.ts'

type Given = { readonly [name: string]: unknown }

/** One request that the document makes us think of, and the status that the document promises, where it promises one. */
export interface Exchange {
  readonly name: string
  readonly path: string
  readonly method: string
  readonly url: string
  readonly headers: { readonly [name: string]: string }
  readonly body?: string
  readonly expected?: number
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const json = 'application/json'

/** Valid examples first, then everything that is wrong in one way, for every operation of the document. */
export function exchangesOf (document: OpenApi, isWanted: (path: string) => boolean = () => true): Exchange[] {
  return Object.entries(document.paths).filter(([path]) => isWanted(path)).flatMap(([path, item]) => [
    ...methods.flatMap(method => ofOperation(path, method, item[method.toLowerCase()])),
    ...methods.filter(method => item[method.toLowerCase()] === undefined).map(method => ({ name: `${method} ${path}`, path, method, url: path, headers: {}, expected: 405 })),
    { name: `GET below ${path}`, path, method: 'GET', url: `${path}/nowhere/at/all`, headers: {}, expected: 404 },
  ])
}

function ofOperation (path: string, method: string, operation: Operation | undefined): Exchange[] {
  if (operation === undefined) return []
  const asked = (name: string, rest: Partial<Exchange>): Exchange => ({ name: `${operation.operationId}: ${name}`, path, method, url: path, headers: {}, ...rest })
  const bodies = Object.entries(operation.requestBody?.content ?? {})
  if (bodies.length > 0) return [...bodies.flatMap(([type, { schema, examples = {} }]) => ofBody(asked, type, schema, Object.entries(examples).map(([name, { value }]) => [name, value as Given]))), ...ofNoBody(asked)]
  return ofQuery(asked, operation)
}

type Asked = (name: string, rest: Partial<Exchange>) => Exchange

function ofQuery (asked: Asked, { parameters = [] }: Operation): Exchange[] {
  const names = [...new Set(parameters.flatMap(({ examples = {} }) => Object.keys(examples)))]
  const examples = names.map(name => [name, parameters.flatMap(parameter => parameter.examples?.[name] === undefined ? [] : [[parameter.name, String(parameter.examples[name].value)] as [string, string]])] as const)
  const query = (given: readonly [string, string][]) => ({ url: `${asked('', {}).url}?${new URLSearchParams([...given]).toString()}` })
  const [[, first] = ['', []]] = examples
  const others = (name: string) => (examples.find(([, pairs]) => pairs.some(([given]) => given === name))?.[1] ?? first).filter(([given]) => given !== name)
  if (parameters.length === 0) return [asked('as it is', { expected: 200 }), asked('as a page', { headers: { accept: 'text/html' }, expected: 200 }), asked('with a query', { ...query([['x', '1']]), expected: 200 })]
  return [
    ...examples.flatMap(([name, pairs]) => [asked(name, { ...query(pairs), expected: 200 }), asked(`${name} in a browser`, { ...query(pairs), headers: { accept: 'text/html' }, expected: 200 })]),
    asked('no query', { expected: 400 }),
    asked('no query, in a browser', { headers: { accept: 'text/html' }, expected: 400 }),
    asked('a query that is not UTF-8', { url: `${asked('', {}).url}?${parameters[0]?.name}=%ff%E0%A4%A` }),
    ...parameters.flatMap(({ name, required, schema }) => [
      asked(`without ${name}`, { ...query(others(name)), ...required === true ? { expected: 400 } : {} }),
      asked(`${name} doubled`, { ...query([...others(name), [name, 'a'], [name, 'a']]), expected: 400 }),
      asked(`${name} as a list`, query([...others(name), [`${name}[]`, 'a']])),
      asked(`${name} empty`, query([...others(name), [name, '']])),
      asked(`${name} strange`, query([...others(name), [name, '\u0000<script>\ud83d\ude00${jndi:x}\'"']])),
      ...schema.maxLength === undefined ? [] : [asked(`${name} too long`, { ...query([...others(name), [name, 'a'.repeat(schema.maxLength + 1)]]), expected: 400 })],
    ]),
  ]
}

function ofBody (asked: Asked, type: string, schema: JsonSchema, examples: readonly (readonly [string, Given])[]): Exchange[] {
  const write = type === json ? (given: unknown) => JSON.stringify(given) : (given: unknown) => formOf(given as Given)
  const send = (name: string, body: string, expected?: number, headers = {}): Exchange =>
    asked(`${name}, ${type}`, { headers: { 'content-type': type, ...headers }, body, ...expected === undefined ? {} : { expected } })
  const [[, first] = ['', {}]] = examples
  return [
    ...examples.flatMap(([name, example]) => [send(name, write(example), 200), send(`${name} again`, write(example), 200), send(`${name} with charset`, write(example), 200, { 'content-type': `${type}; charset=utf-8` })]),
    send('nothing', '', 400),
    send('no member', write({}), 400),
    send('no member, in a browser', write({}), 400, { accept: 'text/html' }),
    ...type === json ? ['{', '[]', '"text"', 'null', '1', '\ufeff', '{"__proto__":{"x":1}}', '['.repeat(50_000)].map(body => send(`a body such as ${body.slice(0, 8)}`, body, 400)) : [send('%ff', '%ff=%E0%A4%A', 400)],
    send('too large', write({ ...first, more: 'a'.repeat(1_048_577) }), 413),
    ...['text/plain', 'text/html', 'application/xml', 'multipart/form-data', 'application/json-seq', 'nonsense'].map(other => send(`as ${other}`, write(first), 415, { 'content-type': other })),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
      const { [name]: own = 'a', ...rest } = (examples.find(([, example]) => name in example) ?? [])[1] ?? first
      return [
        send(`without ${name}`, write(rest), schema.required?.includes(name) === true ? 400 : undefined),
        send(`${name} doubled`, type === json ? write({ ...rest, [name]: [own, own] }) : `${write(rest)}&${write({ [name]: own })}&${write({ [name]: own })}`, isOf(member, []) && type === json ? undefined : 400),
        ...type === json ? [1.5, true, null, {}, []].filter(value => !isOf(member, value)).map(value => send(`${name} as ${JSON.stringify(value)}`, write({ ...rest, [name]: value }), 400)) : [],
        send(`${name} strange`, write({ ...rest, [name]: '\u0000<script>\ud83d\ude00${jndi:x}\'"' })),
        ...member.maxLength === undefined || !isOf(member, '') ? [] : [send(`${name} too long`, write({ ...rest, [name]: 'a'.repeat(member.maxLength + 1) }), 400)],
      ]
    }),
  ]
}

function ofNoBody (asked: Asked): Exchange[] {
  return [asked('no body', { expected: 400 }), asked('a body of no media type', { body: '{}', expected: 415 })]
}

function formOf (given: Given): string {
  return new URLSearchParams(Object.entries(given).map(([name, value]): [string, string] => [name, String(value)])).toString()
}

/** Whether a schema's type takes the value. A schema without one takes all. */
function isOf ({ type }: JsonSchema, value: unknown): boolean {
  if (type === undefined) return true
  const own = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  return [type].flat().some(each => each === own || (each === 'integer' && Number.isInteger(value)))
}

