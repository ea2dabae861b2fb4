import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import type { HttpDocument, MqttDocument } from './described.ts'
import { documentsPage, documentsStyle } from './page.ts'

export interface DocumentParts {
  /** Folder of the generated documents, ending in `/`. */
  readonly documents: URL
}

const styleHash = createHash('sha256').update(documentsStyle).digest('base64')
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
const json = { mediaType: 'application/json', schema: { type: 'object' } }
const yaml = { mediaType: 'application/yaml', schema: { type: 'string' } } // RFC 9512

const files = [
  { file: 'openapi.json', operationId: 'openapiJson', summary: 'The HTTP interface, OpenAPI 3.1', ...json },
  { file: 'openapi.yaml', operationId: 'openapiYaml', summary: 'The HTTP interface, OpenAPI 3.1', ...yaml },
  { file: 'asyncapi.json', operationId: 'asyncapiJson', summary: 'The MQTT interface, AsyncAPI 3.0', ...json },
  { file: 'asyncapi.yaml', operationId: 'asyncapiYaml', summary: 'The MQTT interface, AsyncAPI 3.0', ...yaml },
] as const

/** The generated documents as they are, and `/docs`, a page made of them. Each is read at its first request and kept. */
export function addDocumentRoutes (ops: FastifyInstance, { documents }: DocumentParts): void {
  const kept = new Map<string, Promise<string>>()
  const tags = ['documents']
  for (const { file, operationId, summary, mediaType, schema } of files) {
    const described = { operationId, summary, tags, produces: [mediaType], response: { 200: schema } }
    ops.get(`/${file}`, { schema: described }, async (_request, reply) =>
      reply.type(`${mediaType}; charset=utf-8`).send(await once(file, () => readFile(new URL(file, documents), 'utf8'))))
  }
  const described = { operationId: 'docs', summary: 'Both interfaces as a page', tags, produces: ['text/html'], response: { 200: { type: 'string' } } }
  ops.get('/docs', { schema: described }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', policy).send(await once('docs', page)))

  function once (name: string, make: () => Promise<string>): Promise<string> {
    const made = kept.get(name) ?? make()
    kept.set(name, made)
    made.catch(() => { kept.delete(name) }) // a file that could not be read is looked for again
    return made
  }

  async function page (): Promise<string> {
    const [http, mqtt] = await Promise.all(['openapi.json', 'asyncapi.json'].map(file => readFile(new URL(file, documents), 'utf8')))
    return documentsPage(JSON.parse(http ?? '') as HttpDocument, JSON.parse(mqtt ?? '') as MqttDocument)
  }
}
