import parseJson from 'secure-json-parse'
import { createCompile } from '../domain/compile.ts'
import { Failure } from '../domain/failure.ts'

const mostBytes = 16 * 1024

/** A JWT by which a client shows who it is, read but not yet believed. Times in seconds since 1970. */
export interface Assertion {
  readonly header: { readonly alg: string, readonly kid?: string, readonly typ?: string, readonly crit?: unknown, readonly b64?: unknown }
  readonly claims: {
    readonly iss: string
    readonly sub: string
    readonly aud: string | readonly string[]
    readonly exp: number
    readonly iat?: number
    readonly nbf?: number
    readonly jti: string
  }
  /** The compact JWS, as it came. */
  readonly text: string
}

const id = { type: 'string', minLength: 1, maxLength: 1024 }
const time = { type: 'number', minimum: 0, maximum: 1e11 }
const isShaped = createCompile({})({
  type: 'object',
  required: ['header', 'claims'],
  properties: {
    header: { type: 'object', required: ['alg'], properties: { alg: { type: 'string', maxLength: 16 }, kid: { ...id, maxLength: 2048 }, typ: { type: 'string', maxLength: 64 } } },
    claims: {
      type: 'object',
      required: ['iss', 'sub', 'aud', 'exp', 'jti'], // RFC 7523 §3; `jti` because an assertion is used once
      properties: {
        iss: id,
        sub: id,
        aud: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 10 }] },
        exp: time,
        iat: time,
        nbf: time,
        jti: { ...id, maxLength: 255 },
      },
    },
  },
})

/** Bytes to shape. Throws `CLIENT_INVALID` for what is too large (16 KiB), no compact JWS, or lacks a member. */
export function readAssertion (text: string): Assertion {
  if (Buffer.byteLength(text) > mostBytes) throw unreadable('is too large')
  const [, header, claims] = /^([\w-]+)\.([\w-]+)\.[\w-]*$/.exec(text) ?? []
  if (header === undefined || claims === undefined) throw unreadable('is no signed JWT')
  const assertion = { header: objectIn(header), claims: objectIn(claims), text }
  if (isShaped(assertion)) return assertion as unknown as Assertion
  const [fault] = isShaped.errors ?? []
  const missing = fault?.keyword === 'required' ? `/${String(fault.params.missingProperty)}` : ''
  throw unreadable(`has a missing or wrong member: ${`${fault?.instancePath ?? ''}${missing}`.split('/')[2] ?? 'all'}`)
}

function objectIn (part: string): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url'))
    return parseJson.parse(text, null, { protoAction: 'error', constructorAction: 'error' })
  } catch {
    throw unreadable('does not hold JSON')
  }
}

function unreadable (why: string): Failure {
  return new Failure('CLIENT_INVALID', { reason: `the assertion ${why}` })
}
