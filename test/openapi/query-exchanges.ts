import type { Parameter } from './document.ts'
import { strange, type Asked, type Exchange } from './exchange.ts'

type Pairs = readonly (readonly [name: string, value: string])[]

const browser = { headers: { accept: 'text/html' } }

/** A GET's exchanges: its examples, and each parameter absent, doubled, listed, empty, strange and too long. */
export function queryExchanges (asked: Asked, parameters: readonly Parameter[]): Exchange[] {
  const query = (given: Pairs) => ({ url: `${asked('').url}?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, value])).toString()}` })
  if (parameters.length === 0) {
    return [asked('as it is', { expected: 200 }), asked('as a page', { ...browser, expected: 200 }), asked('with a query', { ...query([['x', '1']]), expected: 200 })]
  }
  const examples = examplesOf(parameters)
  const needsSome = !parameters.some(({ name }) => name === 'cursor') // a list is whole without a filter
  const othersOf = (name: string): Pairs => (examples.find(({ pairs }) => pairs.some(([given]) => given === name)) ?? examples[0])?.pairs.filter(([given]) => given !== name) ?? []
  return [
    ...examples.flatMap(({ name, pairs }) => [
      asked(name, { ...query(pairs), expected: 200 }),
      asked(`${name} in a browser`, { ...browser, ...query(pairs), expected: 200 }),
    ]),
    asked('no query', { expected: needsSome ? 400 : 200 }),
    asked('no query, in a browser', { ...browser, expected: needsSome ? 400 : 200 }),
    asked('a query that is not UTF-8', { url: `${asked('').url}?${parameters[0]?.name}=%ff%E0%A4%A` }),
    ...parameters.flatMap(({ name, required = false, schema: { maxLength } }) => {
      const others = othersOf(name)
      return [
        asked(`without ${name}`, { ...query(others), ...required ? { expected: 400 } : {} }),
        asked(`${name} doubled`, { ...query([...others, [name, 'a'], [name, 'a']]), expected: 400 }),
        asked(`${name} as a list`, query([...others, [`${name}[]`, 'a']])),
        asked(`${name} empty`, query([...others, [name, '']])),
        asked(`${name} strange`, query([...others, [name, strange]])),
        ...maxLength === undefined ? [] : [asked(`${name} too long`, { ...query([...others, [name, 'a'.repeat(maxLength + 1)]]), expected: 400 })],
      ]
    }),
  ]
}

/** Whole examples again, from what each parameter shows under their names. */
function examplesOf (parameters: readonly Parameter[]): { readonly name: string, readonly pairs: Pairs }[] {
  const names = [...new Set(parameters.flatMap(({ examples = {} }) => Object.keys(examples)))]
  return names.map(name => ({
    name,
    pairs: parameters.flatMap(parameter => {
      const given = parameter.examples?.[name]
      return given === undefined ? [] : [[parameter.name, String(given.value)] as const]
    }),
  }))
}
