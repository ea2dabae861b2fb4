import { Ajv } from 'ajv'
import t from 'tap'
import { describe, detailsOf } from '../../src/routes/parameter-faults.ts'

const validate = new Ajv({ allErrors: true }).compile({
  type: 'object',
  required: ['id', 'part'],
  properties: {
    id: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
    part: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
    one: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
  },
})

function faults (parameters: unknown) {
  validate(parameters)
  return detailsOf(validate.errors ?? [], parameters, 'query')
}

void t.test('each fault is one detail, with the field as it was sent', async t => {
  t.match(faults({}), [{ issue: 'is missing', field: 'id', value: 'absent', location: 'query' }, { issue: 'is missing', field: 'part', value: 'absent' }])
  t.match(faults({ id: 'A', part: {} }), [{ field: 'id', issue: /pattern/, value: 'text, 1 characters' }, { field: 'part.name', issue: 'is missing' }])
  t.match(faults({ id: ['a', 'a'], part: { name: 'x' } }), [{ field: 'id', issue: 'must be given once', value: 'given 2 times' }])
  t.match(faults('text'), [{ field: 'body', location: 'query' }])
  t.equal(faults({ id: 'TOO LONG', part: { name: 'x' } }).length, 2)
})

void t.test('nothing of a value is repeated', async t => {
  t.notMatch(JSON.stringify(faults({ id: 'CANARY', part: { name: ['CANARY'] }, one: ['CANARY'] })), /CANARY/)
})

void t.test('a value is described', async t => {
  for (const [value, words] of [[undefined, 'absent'], [null, 'null'], ['', 'empty'], ['abc', 'text, 3 characters'], [[1, 2, 3], 'given 3 times'], [{}, 'of type object'], [7, 'of type number']] as const) {
    t.equal(describe(value), words)
  }
})
