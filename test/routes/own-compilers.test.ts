import Fastify from 'fastify'
import t from 'tap'
import { ownCompilers } from '../../src/routes/own-compilers.ts'

void t.test('a reply is what the route made, whatever its schema names', async t => {
  const app = Fastify({ schemaController: ownCompilers })
  t.teardown(() => app.close())
  const schema = { response: { 200: { type: 'object', properties: { b: { type: 'integer' } } } } }
  app.get('/', { schema }, async () => ({ b: 1, a: { c: undefined, d: 'é' } }))
  const { body, headers } = await app.inject('/')
  t.equal(body, '{"b":1,"a":{"d":"é"}}')
  t.match(headers, { 'content-type': 'application/json; charset=utf-8', 'content-length': '22' })
})

void t.test('a request that nobody would check is none: such an app does not start', async t => {
  const app = Fastify({ schemaController: ownCompilers })
  t.teardown(() => app.close())
  app.get('/', { schema: { querystring: { type: 'object' } } }, async () => ({}))
  await t.rejects(async () => app.ready(), /no validator compiler is set/)
})
