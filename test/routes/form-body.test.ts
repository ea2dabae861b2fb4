import Fastify from 'fastify'
import { test } from 'tap'
import { replyWithError } from '../../src/routes/error-reply.ts'
import { addFormBody, parseForm } from '../../src/routes/form-body.ts'

const read: readonly (readonly [claim: string, body: string, parameters: object])[] = [
  ['names and values', 'a=1&b=2', { a: '1', b: '2' }],
  ['plus and percent', 'a+b=c+d%2Be%20f', { 'a b': 'c d+e f' }],
  ['UTF-8, encoded and raw', 'a=%C3%A9%26%3D&b=é', { a: 'é&=', b: 'é' }],
  ['an equals sign in a value', 'a=b=c', { a: 'b=c' }],
  ['no value', 'a=&b', { a: '', b: '' }],
  ['empty pairs', '&&a=1&', { a: '1' }],
  ['a name given more than once', 'a=1&b=2&a=3&a=', { a: ['1', '3', ''], b: '2' }],
  ['nothing', '', {}],
  ['64 parameters', Array.from({ length: 64 }, (_, i) => `p${i}=${i}`).join('&'), Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`p${i}`, `${i}`]))],
]

void test('a form becomes its names and values', async t => {
  for (const [claim, body, parameters] of read) t.strictSame(parseForm(Buffer.from(body)), parameters, claim)
})

void test('a name of the prototype is a name like any other', async t => {
  const parameters = parseForm(Buffer.from('__proto__=x&constructor=y'))
  t.strictSame(Object.entries(parameters), [['__proto__', 'x'], ['constructor', 'y']])
  t.equal(Object.getPrototypeOf(parameters), Object.prototype)
})

const refused: readonly (readonly [claim: string, body: Buffer, issue: string])[] = [
  ['a stray percent sign', Buffer.from('a=100%'), 'is not well percent-encoded'],
  ['percent without hex', Buffer.from('a=%zz'), 'is not well percent-encoded'],
  ['percent-encoded bytes that are no UTF-8', Buffer.from('a=%C3%28'), 'is not well percent-encoded'],
  ['a name that is no UTF-8', Buffer.from('%FF=a'), 'is not well percent-encoded'],
  ['raw bytes that are no UTF-8', Buffer.from([0x61, 0x3d, 0xc3, 0x28]), 'is not UTF-8'],
  ['65 parameters', Buffer.from('a&'.repeat(64) + 'a'), 'has more than 64 parameters'],
  ['a million parameters', Buffer.from('&'.repeat(1_000_000)), 'has more than 64 parameters'],
]

void test('what is no form is refused, and nothing of it is repeated', async t => {
  for (const [claim, body, issue] of refused) {
    t.throws(() => parseForm(body), { code: 'PARAMETERS_INVALID', details: [{ issue, field: 'body', location: 'body' }] }, claim)
  }
})

void test('only a route that reads forms is given one', async t => {
  const app = Fastify()
  t.teardown(() => app.close())
  app.setErrorHandler(replyWithError)
  addFormBody(app)
  app.post('/form', { config: { form: true } }, request => Promise.resolve(request.body))
  app.post('/json', request => Promise.resolve(request.body))
  const post = (url: string, type: string) => app.inject({ method: 'POST', url, headers: { 'content-type': type }, payload: 'a=1' })

  for (const type of ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded; charset=UTF-8', 'Application/X-WWW-Form-URLEncoded']) {
    const reply = await post('/form', type)
    t.strictSame([reply.statusCode, reply.json()], [200, { a: '1' }], type)
    t.equal((await post('/json', type)).statusCode, 415, `${type} elsewhere`)
  }
  for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/xml']) t.equal((await post('/form', type)).statusCode, 415, type)
})
