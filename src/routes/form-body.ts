import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Failure } from '../domain/failure.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True when the route reads HTML forms beside JSON. */
    form?: boolean
  }
}

export const formType = 'application/x-www-form-urlencoded'
const mostParameters = 64

/** Forms are read where `config.form` says so; elsewhere a form is a media type that nobody reads, and plain text is so everywhere. */
export function addFormBody (app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain') // Fastify's own: a route with a schema for each media type would not check it
  app.addContentTypeParser(formType, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (request.routeOptions.config.form !== true) throw new Failure('MEDIA_TYPE_UNSUPPORTED')
    return parseForm(body)
  })
}

/**
 * A form's names and values, UTF-8. A name that is given twice has the array of its values, which no schema of a form takes.
 * Throws `PARAMETERS_INVALID` for more than 64 parameters, and for what is no UTF-8 before or after percent-decoding.
 */
export function parseForm (body: Uint8Array): { [name: string]: string | string[] } {
  const found = new Map<string, string | string[]>()
  const pairs = textOf(body).split('&', mostParameters + 1)
  if (pairs.length > mostParameters) throw refusal(`has more than ${mostParameters} parameters`)
  for (const pair of pairs.filter(pair => pair !== '')) {
    const at = pair.includes('=') ? pair.indexOf('=') : pair.length
    const [name, value] = [decode(pair.slice(0, at)), decode(pair.slice(at + 1))]
    const before = found.get(name)
    found.set(name, before === undefined ? value : [before, value].flat())
  }
  return Object.fromEntries(found) // defines members, so that `__proto__` is one like any other
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf (body: Uint8Array): string {
  try {
    return utf8.decode(body)
  } catch {
    throw refusal('is not UTF-8')
  }
}

function decode (part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '))
  } catch {
    throw refusal('is not well percent-encoded')
  }
}

function refusal (issue: string): Failure {
  return new Failure('PARAMETERS_INVALID', { details: [{ issue, field: 'body', location: 'body' }] })
}
