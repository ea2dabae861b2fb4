import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { at, type OpenApi, type Reply } from './document.ts'
import type { Exchange } from './exchange.ts'

export interface Answer { readonly status: number, readonly headers: { readonly [name: string]: string | undefined }, readonly body: string }

/** What belongs to no operation is described by the document as a whole. */
const beside: { readonly [status: number]: string } = { 404: 'NotFoundError', 405: 'MethodNotAllowedError' }

/** A function that says what of an answer the document does not know: one sentence for each fault, none for an answer as described. */
export function createCheck (document: OpenApi): (exchange: Exchange, answer: Answer) => string[] {
  const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'document').addSchema(closed(document), 'closed')
  const compiled = new Map<string, ValidateFunction>()
  return ({ name, path, method, expected }, answer) => {
    const says = (fault: string) => `${name}: ${fault}`
    const isRight = answer.status === expected || (expected === 200 && [201, 303].includes(answer.status)) // made anew, or sent on
    if (expected !== undefined && !isRight) return [says(`${answer.status} in place of ${expected}: ${answer.body.slice(0, 300)}`)]
    const ref = describedBy(method, path, answer.status)
    const reply = ref === undefined ? undefined : at(document, ref) as Reply | undefined
    if (reply === undefined) return [says(`${answer.status} is not documented: ${answer.body.slice(0, 300)}`)]
    return [...contentFaults(ref ?? '', reply, answer), ...headerFaults(reply, answer)].map(says)
  }

  function describedBy (method: string, path: string, status: number): string | undefined {
    const escaped = path.replaceAll('~', '~0').replaceAll('/', '~1')
    const ofOperation = `#/paths/${escaped}/${method.toLowerCase()}/responses/${status}`
    const found = at(document, ofOperation) as Reply | undefined
    if (found !== undefined) return found.$ref ?? ofOperation
    return beside[status] === undefined ? undefined : `#/components/responses/${beside[status]}`
  }

  function contentFaults (ref: string, { content = {} }: Reply, { status, headers, body }: Answer): string[] {
    const type = headers['content-type']?.split(';')[0] ?? ''
    if (type === '' && Object.keys(content).length === 0) return []
    if (content[type] === undefined) return [`${type || 'no media type'} is not documented`]
    if (type === 'text/html') return body.startsWith('<!doctype html>') ? [] : ['the page is none']
    if (type !== 'application/json') return []
    const schema = `${status < 400 ? 'closed' : 'document'}${ref}/content/application~1json/schema`
    const validate = compiled.get(schema) ?? ajv.compile({ $ref: schema })
    compiled.set(schema, validate)
    return validate(JSON.parse(body)) ? [] : [`does not fit: ${ajv.errorsText(validate.errors)}`]
  }

  /** Headers of CORS depend on the route, and are looked at by the test itself. */
  function headerFaults ({ headers: described = {} }: Reply, { headers }: Answer): string[] {
    const promised = Object.keys(described).filter(name => !name.startsWith('Access-Control-'))
    return promised.filter(name => headers[name.toLowerCase()] === undefined).map(name => `${name} is absent`)
  }
}

/** With nothing but what is named: whatever a reply is made from, no more of it slips out. Errors of the token endpoint have members of RFC 6749, too. */
function closed (document: OpenApi): OpenApi {
  return JSON.parse(JSON.stringify(document), (_name, value: unknown) => {
    const isOpen = typeof value !== 'object' || value === null || !('properties' in value) || !('type' in value) || 'additionalProperties' in value
    return isOpen ? value : { ...value, unevaluatedProperties: false }
  }) as OpenApi
}
