import { Validator } from '@seriousme/openapi-schema-validator'
import specs from '@asyncapi/specs'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { parse } from 'yaml'
import { providers } from '../../src/providers/index.ts'
import { openForDocuments } from '../../scripts/open-providers.ts'
import { at, deadRefsOf, read, type OpenApi } from './document.ts'

const http = JSON.parse(read('openapi.json')) as OpenApi
const mqtt = JSON.parse(read('asyncapi.json')) as MqttDocument

interface Message { readonly name: string, readonly examples: readonly { readonly payload: object }[] }
interface MqttDocument {
  readonly channels: { readonly events: { readonly parameters: { readonly provider: { readonly enum: readonly string[] } } } }
  readonly components: { readonly messages: { readonly [name: string]: Message } }
}

void t.test('the OpenAPI document is valid, and a broken one is not', async t => {
  t.match(await new Validator().validate({ ...structuredClone(http) }), { valid: true })
  t.match(await new Validator().validate({ ...structuredClone(http), paths: { '/x': { get: { responses: [] } } } }), { valid: false })
})

void t.test('the AsyncAPI document is valid, and a broken one is not', async t => {
  const validate = asyncApiValidator()
  t.ok(validate(mqtt), JSON.stringify(validate.errors?.slice(0, 3)))
  t.notOk(validate({ ...mqtt, operations: { publishEvent: { action: 'shout', channel: { $ref: '#/channels/events' } } } }))
})

function asyncApiValidator () {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false, validateFormats: false })
  const { $schema, definitions, ...schema } = structuredClone(specs.schemas['3.0.0']) as { $schema: string, definitions: { [name: string]: object } }
  for (const [id, definition] of Object.entries(definitions)) if (id !== 'http://json-schema.org/draft-07/schema') ajv.addSchema(definition)
  return ajv.compile({ $schema, ...schema })
}

void t.test('every reference leads somewhere', async t => {
  t.same(deadRefsOf(http), [])
  t.same(deadRefsOf(mqtt), [])
  t.same(deadRefsOf({ a: { $ref: '#/b' }, c: [{ $ref: '#/a' }] }), ['#/b'])
})

void t.test('YAML and JSON say the same', async t => {
  t.strictSame(parse(read('openapi.yaml')), http)
  t.strictSame(parse(read('asyncapi.yaml')), mqtt)
})

void t.test('every channel of every provider is described, aliases too', async t => {
  for (const provider of openForDocuments()) {
    for (const { method, paths, examples } of provider.channels) {
      for (const path of paths) {
        const operation = http.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
        t.match(operation, { tags: [provider.name], operationId: String }, `${method} ${path}`)
        const shown: { readonly examples?: object | undefined }[] = [operation?.requestBody?.content['application/json'] ?? {}, ...operation?.parameters ?? []]
        const named = new Set(shown.flatMap(({ examples = {} }) => Object.keys(examples)))
        t.same([...named].toSorted(), Object.keys(examples).toSorted())
      }
    }
    await provider.close()
  }
})

void t.test('no operation has another one\'s id', async t => {
  const ids = Object.values(http.paths).flatMap(item => Object.values(item)).flatMap(member => 'operationId' in member ? [member.operationId] : [])
  t.same(ids.length, new Set(ids).size)
})

void t.test('every event that a provider can have is a message, and its example fits it', async t => {
  const ajv = new Ajv({ strict: false, validateFormats: false }).addSchema(mqtt, 'mqtt')
  for (const provider of openForDocuments()) {
    for (const status of Object.keys(provider.events)) {
      const name = `${provider.name}.${status}`
      const message = mqtt.components.messages[name]
      t.equal(message?.name, `callbacks.${name}.v1`)
      t.ok(at(mqtt, `#/channels/events/messages/${name}`), name)
      const validate = ajv.compile({ $ref: `mqtt#/components/messages/${name}/payload` })
      for (const { payload } of message?.examples ?? []) {
        t.ok(validate(payload), `${name} ${JSON.stringify(validate.errors)}`)
        t.notOk(validate({ ...payload, type: 'callbacks.other.completed.v1' }))
        t.notOk(validate({ ...payload, data: {} }))
        t.notOk(validate({ ...payload, more: 1 }))
      }
    }
    await provider.close()
  }
  t.same(mqtt.channels.events.parameters.provider.enum, providers.map(({ name }) => name))
})

void t.test('the examples of errors fit the schema of errors', async t => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(http, 'http')
  const validate = ajv.compile({ $ref: 'http#/components/schemas/ErrorReply' })
  for (const [name, { content }] of Object.entries(http.components.responses)) {
    const examples = Object.values(content?.['application/json']?.examples ?? {})
    t.ok(examples.length > 0, name)
    for (const { value } of examples) t.ok(validate(value) && (value as { name: string }).name === name, name)
  }
})
