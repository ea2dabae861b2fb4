import { Ajv } from 'ajv'
import { pino } from 'pino'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { loadConfig, settingsOf } from '../../src/config.ts'
import { createCompile } from '../../src/domain/compile.ts'
import { providers } from '../../src/providers/index.ts'
import { openAppParts } from '../app-parts.ts'

const schema = { type: 'object', required: ['a', 'b'], properties: { a: { type: 'integer' } } }

void t.test('a check says whether a value meets its schema, and what is wrong with it', async t => {
  const check = createCompile({ allErrors: true })(schema)
  t.equal(check({ a: 'x' }), false)
  t.strictSame(check.errors?.map(({ keyword }) => keyword), ['required', 'type'])
  t.equal(check({ a: 1, b: 2 }), true)
  t.equal(check.errors, null, 'no fault of the value before')
})

void t.test('checks of one sort keep their faults apart', async t => {
  const compile = createCompile({})
  const [one, other] = [compile(schema), compile(schema)]
  t.notOk(one({}))
  t.ok(other({ a: 1, b: 2 }))
  t.match(one.errors, [{ keyword: 'required' }])
})

void t.test('a schema is compiled when it is first asked, not before', async t => {
  const check = createCompile({ strict: true })({ type: 'object', propertys: {} })
  t.throws(() => check({}), /unknown keyword/)
})

void t.test('every schema of requests, events and settings is a schema', async t => {
  const { parts } = await openAppParts(t)
  const schemas = new Map<string, unknown>(Object.entries(settingsOf(providers)).map(([name, { secret: _secret, url: _url, ...property }]) => [name, property]))
  const collect = (of: unknown, name: string) => { if (of !== undefined) schemas.set(name, of) }
  const { providers: settings } = loadConfig({}, providers)
  const opened = providers.map(provider => provider.open({ settings: settings[provider.name] ?? {} }))
  for (const { name, events, close } of opened) {
    t.teardown(close)
    for (const [status, event] of Object.entries(events)) collect(event, `${name} ${status}`)
  }
  const app = await buildApp({
    ...parts,
    providers: opened,
    log: pino({ level: 'silent' }),
    measure: app => {
      app.addHook('onRoute', ({ method, url, schema: { body, querystring, params } = {} }) => {
        const bodies = Object.entries((body as { content?: { [type: string]: { schema: unknown } } } | undefined)?.content ?? { any: { schema: body } })
        for (const [type, { schema }] of bodies) collect(schema, `${String(method)} ${url} ${type}`)
        collect(querystring, `${String(method)} ${url} query`)
        collect(params, `${String(method)} ${url} params`)
      })
    },
  })
  t.teardown(() => app.close())
  t.ok(schemas.size > 50, `${schemas.size} are looked at`)
  const ajv = new Ajv({ strict: false })
  for (const [name, each] of schemas) t.ok(ajv.validateSchema(each as object), `${name}: ${ajv.errorsText()}`)
})
