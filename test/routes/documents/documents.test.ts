import { createHash } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { addDocumentRoutes } from '../../../src/routes/documents/documents.ts'
import { read, type OpenApi } from '../../openapi/document.ts'

const http = JSON.parse(read('openapi.json')) as OpenApi
const mqtt = JSON.parse(read('asyncapi.json')) as { components: { messages: { [name: string]: { name: string } } } }

function open (t: Test, documents: URL) {
  const app = Fastify()
  t.teardown(() => app.close())
  addDocumentRoutes(app, { documents })
  return app
}

const committed = (t: Test) => open(t, new URL('../../../openapi/', import.meta.url))

void t.test('each document is served as it is committed', async t => {
  const app = committed(t)
  for (const [file, type] of [['openapi.json', 'application/json'], ['asyncapi.json', 'application/json'], ['openapi.yaml', 'application/yaml'], ['asyncapi.yaml', 'application/yaml']] as const) {
    const reply = await app.inject(`/${file}`)
    t.equal(reply.body, read(file))
    t.match(reply, { statusCode: 200, headers: { 'content-type': `${type}; charset=utf-8` } })
  }
})

void t.test('the page shows every operation, every error and every event', async t => {
  const { body } = await committed(t).inject('/docs')
  for (const [path, item] of Object.entries(http.paths)) {
    t.ok(body.includes(`<code>${path}</code>`), path)
    for (const operation of Object.values(item)) if ('operationId' in operation) t.ok(body.includes(`id="${operation.operationId}"`), operation.operationId)
  }
  for (const name of Object.keys(http.components.responses)) t.ok(body.includes(name), name)
  for (const { name } of Object.values(mqtt.components.messages)) t.ok(body.includes(`id="${name}"`), name)
  t.notMatch(body, /undefined|\[object Object\]/)
})

void t.test('the page needs nothing but itself, and its policy lets through nothing else', async t => {
  const { body, headers } = await committed(t).inject('/docs')
  t.notMatch(body, /<script|<link|<img|<iframe|<object|<form|\bon\w+=|style="|src=|url\(|@import/i)
  t.notMatch(body, /href="(?!#|\/(?:openapi|asyncapi)\.(?:json|yaml)")/)
  const [, style = ''] = /<style>([^]*)<\/style>/.exec(body) ?? []
  const hash = createHash('sha256').update(style).digest('base64')
  t.equal(headers['content-security-policy'], `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`)
  for (const id of body.matchAll(/href="#([^"]+)"/g)) t.ok(body.includes(`id="${id[1]}"`), id[0])
  t.match(body, /prefers-color-scheme:dark/)
})

void t.test('markup within a document stays text', async t => {
  const folder = t.testdir()
  const bad = '<script>alert(1)</script>"\'&'
  const info = { title: bad, version: bad, description: `\`${bad}\`` }
  const schema = { type: 'object', properties: { [bad]: { type: bad, description: bad, enum: [bad] } } }
  const operation = {
    operationId: bad, summary: bad, tags: [bad], parameters: [{ name: bad, in: 'query', description: bad, schema: { type: bad }, examples: { [bad]: { value: bad } } }],
    requestBody: { content: { [bad]: { schema, examples: { [bad]: { value: bad } } } } }, responses: { [bad]: { description: bad, content: { 'application/json': { schema } } } },
  }
  const responses = { [bad]: { description: bad, content: { 'application/json': { examples: { [bad]: { value: bad } } } } } }
  const payload = { allOf: [{ properties: { data: schema } }] }
  writeFileSync(join(folder, 'openapi.json'), JSON.stringify({ info, tags: [{ name: bad, description: bad }], paths: { [bad]: { [bad]: operation } }, components: { responses } }))
  writeFileSync(join(folder, 'asyncapi.json'), JSON.stringify({
    info, channels: { [bad]: { address: bad, description: bad, parameters: { [bad]: { description: bad } } } }, components: { messages: { [bad]: { name: bad, title: bad, payload, examples: [{ payload: bad }] } } },
  }))
  const { body, statusCode } = await open(t, pathToFileURL(`${folder}/`)).inject('/docs')
  t.equal(statusCode, 200)
  t.notMatch(body, /<script/i)
  t.notMatch(body, /="[^"]*"'&/)
  t.ok(body.includes('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;'))
})

void t.test('what could not be read is looked for again, and then kept', async t => {
  const folder = t.testdir()
  const app = open(t, pathToFileURL(`${folder}/openapi/`))
  t.equal((await app.inject('/openapi.json')).statusCode, 500)
  t.equal((await app.inject('/docs')).statusCode, 500)
  mkdirSync(join(folder, 'openapi'))
  for (const file of ['openapi.json', 'asyncapi.json'] as const) writeFileSync(join(folder, 'openapi', file), read(file))
  t.equal((await app.inject('/openapi.json')).statusCode, 200)
  t.equal((await app.inject('/docs')).statusCode, 200)
  renameSync(join(folder, 'openapi'), join(folder, 'gone'))
  t.equal((await app.inject('/openapi.json')).statusCode, 200)
  t.equal((await app.inject('/docs')).statusCode, 200)
})
