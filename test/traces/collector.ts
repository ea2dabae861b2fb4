import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Ajv } from 'ajv'
import type { Test } from 'tap'

/** A span as it came over the wire, its attributes as an object. */
export interface SeenSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly begin: bigint
  readonly end: bigint
  readonly attributes: { readonly [name: string]: unknown }
  readonly status: { readonly code?: number, readonly message?: string }
}

const keyValue = {
  type: 'object', required: ['key', 'value'], additionalProperties: false,
  properties: {
    key: { type: 'string', minLength: 1 },
    value: { // AnyValue, a oneof: exactly one member
      type: 'object', minProperties: 1, maxProperties: 1, additionalProperties: false,
      properties: { stringValue: { type: 'string' }, boolValue: { type: 'boolean' }, intValue: { type: 'string', pattern: '^-?[0-9]{1,19}$' }, doubleValue: { type: 'number' } },
    },
  },
}
const nanoseconds = { type: 'string', pattern: '^1[0-9]{18}$' } // fixed64: a text in JSON, of this century
const spanSchema = {
  type: 'object', required: ['traceId', 'spanId', 'name', 'kind', 'startTimeUnixNano', 'endTimeUnixNano'], additionalProperties: false,
  properties: {
    traceId: { type: 'string', pattern: '^[0-9a-f]{32}$' }, // hex, where protobuf's own JSON would have base64
    spanId: { type: 'string', pattern: '^[0-9a-f]{16}$' },
    parentSpanId: { type: 'string', pattern: '^[0-9a-f]{16}$' },
    flags: { type: 'integer', minimum: 0, maximum: 0xffffffff },
    name: { type: 'string', minLength: 1 },
    kind: { type: 'integer', minimum: 1, maximum: 5 }, // enums are numbers
    startTimeUnixNano: nanoseconds,
    endTimeUnixNano: nanoseconds,
    attributes: { type: 'array', items: keyValue },
    status: { type: 'object', additionalProperties: false, properties: { code: { enum: [1, 2] }, message: { type: 'string' } } },
  },
}
const several = (properties: object) => ({ type: 'array', items: { type: 'object', additionalProperties: false, properties } })

/** opentelemetry/proto/collector/trace/v1/trace_service.proto in the JSON of OTLP 1.x, as far as a sender of spans needs it. */
export const exportRequest = new Ajv({ strict: true }).compile({
  type: 'object', required: ['resourceSpans'], additionalProperties: false,
  properties: { resourceSpans: several({
    resource: { type: 'object', additionalProperties: false, properties: { attributes: { type: 'array', items: keyValue } } },
    scopeSpans: several({ scope: { type: 'object', additionalProperties: false, properties: { name: { type: 'string' }, version: { type: 'string' } } }, spans: { type: 'array', items: spanSchema } }),
  }) },
})

export interface CollectorReply { readonly status?: number, readonly body?: object, readonly headers?: { readonly [name: string]: string }, readonly isMute?: boolean }

/** A collector on loopback that says what a test tells it to, and remembers what came. */
export async function startCollector (t: Pick<Test, 'teardown'>, { port = 0 }: { readonly port?: number } = {}) {
  const spans: SeenSpan[] = []
  const asks: { readonly path: string, readonly headers: IncomingHttpHeaders, readonly spans: number }[] = []
  const faults: string[] = []
  const texts: string[] = []
  const told: { reply: CollectorReply } = { reply: {} }
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => { text += chunk }).on('end', () => {
      const { status = 200, body = {}, headers = {}, isMute = false } = told.reply
      const given = JSON.parse(text) as Parameters<typeof spansIn>[0]
      if (!exportRequest(given)) faults.push(JSON.stringify(exportRequest.errors))
      const found = spansIn(given)
      asks.push({ path: `${request.method} ${request.url}`, headers: request.headers, spans: found.length })
      texts.push(text)
      if (isMute) return
      if (status === 200) spans.push(...found)
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    })
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  const close = (): Promise<void> => new Promise(resolve => { server.closeAllConnections(); server.close(() => resolve()) })
  t.teardown(close)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, port: (server.address() as AddressInfo).port, spans, asks, faults, texts, told, close }
}

interface OnWire { readonly attributes: readonly { readonly key: string, readonly value: object }[], readonly startTimeUnixNano: string, readonly endTimeUnixNano: string }

function spansIn ({ resourceSpans }: { readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly OnWire[] }[] }[] }): SeenSpan[] {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ attributes, startTimeUnixNano, endTimeUnixNano, ...rest }) => ({
    ...rest as unknown as SeenSpan, begin: BigInt(startTimeUnixNano), end: BigInt(endTimeUnixNano), attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
  }))))
}
