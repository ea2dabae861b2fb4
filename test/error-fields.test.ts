import t from 'tap'
import { errorFields } from '../src/error-fields.ts'

void t.test('an error is told by kind, words, place and code, its cause alike, and nothing else that it carries', async t => {
  const cause = Object.assign(new TypeError('of a database'), { code: '23505', detail: 'Key (key)=(secret) already exists.', parameters: ['secret'] })
  const fields = errorFields(new Error('not kept', { cause }))
  t.match(fields, { type: 'Error', message: 'not kept', stack: /not kept/, cause: { type: 'TypeError', message: 'of a database', code: '23505' } })
  t.notMatch(JSON.stringify(fields), /secret/)
})

void t.test('a code that is no code, and what is no error, are not repeated', async t => {
  t.notMatch(JSON.stringify(errorFields(Object.assign(new Error('x'), { code: 'a secret, with spaces' }))), /secret/)
  t.same(errorFields('secret'), { type: 'string' })
  t.same(errorFields(undefined), { type: 'undefined' })
})

void t.test('an error that is its own cause has an end', async t => {
  const error: Error & { cause?: unknown } = new Error('round')
  error.cause = error
  t.match(errorFields(error), { message: 'round', cause: { message: 'round' } })
})
