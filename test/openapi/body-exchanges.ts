import type { Media } from './document.ts'
import { strange, takes, type Asked, type Exchange } from './exchange.ts'

type Given = { readonly [name: string]: unknown }

const json = 'application/json'
const broken: { readonly [type: string]: readonly string[] } = {
  [json]: ['{', '[]', '"text"', 'null', '1', '\ufeff', '{"__proto__":{"x":1}}', '['.repeat(50_000)],
  'application/x-www-form-urlencoded': ['%ff', '%ff=%E0%A4%A'],
}
const unread = ['text/plain', 'text/html', 'application/xml', 'multipart/form-data', 'application/json-seq', 'nonsense']

/** A POST's exchanges, for each media type: its examples, bodies that are none, and each member absent, doubled, of a wrong type, strange and too long. */
export function bodyExchanges (asked: Asked, content: { readonly [type: string]: Media }): Exchange[] {
  return [
    ...Object.entries(content).flatMap(([type, media]) => [...ofType(asked, type, media), ...ofMembers(asked, type, media)]),
    asked('no body', { expected: 400 }),
    asked('a body of no media type', { body: '{}', expected: 415 }),
  ]
}

function ofType (asked: Asked, type: string, media: Media): Exchange[] {
  const { send, write, examples, first } = openType(asked, type, media)
  return [
    ...examples.flatMap(({ name, example }) => [
      send(name, write(example), 200),
      send(`${name} again`, write(example), 200),
      send(`${name} with charset`, write(example), 200, { 'content-type': `${type}; charset=utf-8` }),
    ]),
    send('nothing', '', 400),
    send('no member', write({}), 400),
    send('no member, in a browser', write({}), 400, { accept: 'text/html' }),
    ...(broken[type] ?? []).map(body => send(`a body such as ${body.slice(0, 8)}`, body, 400)),
    ...unread.map(other => send(`as ${other}`, write(first), 415, { 'content-type': other })),
    send('too large', write({ ...first, more: 'a'.repeat(1_048_577) }), 413),
  ]
}

function ofMembers (asked: Asked, type: string, media: Media): Exchange[] {
  const { send, write, examples, first } = openType(asked, type, media)
  const { properties = {}, required = [] } = media.schema
  return Object.entries(properties).flatMap(([name, member]) => {
    const { [name]: own = 'a', ...rest } = examples.find(({ example }) => name in example)?.example ?? first
    const having = (value: unknown) => write({ ...rest, [name]: value })
    const wrong = type === json ? [1.5, true, null, {}, []].filter(value => !takes(member, value)) : []
    return [
      send(`without ${name}`, write(rest), required.includes(name) ? 400 : undefined),
      type === json
        ? send(`${name} doubled`, having([own, own]), takes(member, []) ? undefined : 400)
        : send(`${name} doubled`, `${having(own)}&${write({ [name]: own })}`, 400),
      ...wrong.map(value => send(`${name} as ${JSON.stringify(value)}`, having(value), 400)),
      send(`${name} strange`, having(strange)),
      ...member.maxLength === undefined || !takes(member, '') ? [] : [send(`${name} too long`, having('a'.repeat(member.maxLength + 1)), 400)],
    ]
  })
}

function openType (asked: Asked, type: string, media: Media) {
  const examples = Object.entries(media.examples ?? {}).map(([name, { value }]) => ({ name, example: value as Given }))
  return {
    examples,
    first: examples[0]?.example ?? {},
    write: (given: Given): string => type === json ? JSON.stringify(given) : formOf(given),
    send: (name: string, body: string, expected?: number, headers = {}): Exchange =>
      asked(`${name}, ${type}`, { headers: { 'content-type': type, ...headers }, body, ...expected === undefined ? {} : { expected } }),
  }
}

function formOf (given: Given): string {
  return new URLSearchParams(Object.entries(given).map(([name, value]): [string, string] => [name, String(value)])).toString()
}
