import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import parseJson from 'secure-json-parse'
import { Failure } from '../domain/failure.ts'

const deepest = 64
const mostMembers = 10_000

/** Reads JSON bodies in place of Fastify's own parser, which takes invalid UTF-8 and lets the last of two equal names win. */
export function addJsonBody (app: FastifyInstance): void {
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body as Buffer))
    } catch (thrown) {
      done(thrown as Error)
    }
  })
}

/** RFC 8259 §4, §8.1: UTF-8, each name once. Throws `PARAMETERS_INVALID`, also for `__proto__`, for what is too deep and for too many members. */
export function parseJsonBody (body: Buffer): unknown {
  if (!isUtf8(body)) throw refusal('is not UTF-8')
  const text = body.toString('utf8')
  const { depth, members } = measure(text)
  if (depth > deepest) throw refusal(`is nested more than ${deepest} deep`)
  if (members > mostMembers) throw refusal(`has more than ${mostMembers} members`)
  const value = parsed(text)
  if (membersOf(value) !== members) throw refusal('names a member twice') // the parser kept the last one
  return value
}

function parsed (text: string): unknown {
  try {
    return parseJson.parse(text, null, { protoAction: 'error', constructorAction: 'error' })
  } catch {
    throw refusal('is not JSON, or hostile JSON')
  }
}

/** How deep a text nests and how many members it writes down: every colon outside of a string is one. */
function measure (text: string): { readonly depth: number, readonly members: number } {
  let [depth, deepestSeen, members] = [0, 0, 0]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) at = endOfString(text, at)
    else if (code === 0x3a) members++
    else if (code === 0x7b || code === 0x5b) deepestSeen = Math.max(deepestSeen, ++depth)
    else if (code === 0x7d || code === 0x5d) depth--
  }
  return { depth: deepestSeen, members }
}

/** Where the closing quote is: the first one before which the backslashes are even in number. */
function endOfString (text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++
    if (slashes % 2 === 0) return at
  }
  return text.length
}

function membersOf (value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + membersOf(item), 0)
  return Object.values(value).reduce<number>((sum, item) => sum + 1 + membersOf(item), 0)
}

function refusal (issue: string): Failure {
  return new Failure('PARAMETERS_INVALID', { details: [{ issue, field: 'body', location: 'body' }] })
}
