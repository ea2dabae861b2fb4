import t from 'tap'
import type { JsonObject } from '../../../../src/domain/callback.ts'
import { stepsOf, valuesAt } from '../../../../src/providers/oid4vp/verify/json-path.ts'
import { assertPexMet, faultOfPex } from '../../../../src/providers/oid4vp/verify/pex.ts'
import type { Credential } from '../../../../src/providers/oid4vp/verify/verify-parts.ts'

const credentialOf = (claims: JsonObject): Credential => ({ format: 'ldp_vc', claims, types: [], issuer: 'did:web:a.example', authorities: [], holderBound: true })
const email = credentialOf({ type: ['VerifiableCredential', 'Email'], credentialSubject: { email: 'a@example.com', age: 20 } })
const other = credentialOf({ type: ['VerifiableCredential', 'Other'] })
const definitionOf = (...fields: JsonObject[]): JsonObject => ({ id: 'd', input_descriptors: [{ id: 'email', constraints: { fields } }] })
const isEmail = { path: ['$.type'], filter: { type: 'array', contains: { const: 'Email' } } }
const submissionOf = (...map: JsonObject[]) => JSON.stringify({ id: 's', definition_id: 'd', descriptor_map: map })
const direct = submissionOf({ id: 'email', format: 'ldp_vc', path: '$.verifiableCredential[0]' })

const met: readonly (readonly [claim: string, definition: JsonObject, submission: string, presented: Credential[][]])[] = [
  ['a path to the credential, as Affinidi has it', definitionOf(isEmail), direct, [[email]]],
  ['the second credential', definitionOf(isEmail), submissionOf({ id: 'email', path: '$.verifiableCredential[1]' }), [[other, email]]],
  ['a nested path', definitionOf(isEmail), submissionOf({ id: 'email', path: '$', path_nested: { path: '$.vp.verifiableCredential[0]' } }), [[email]]],
  ['the second presentation', definitionOf(isEmail), submissionOf({ id: 'email', path: '$[1]' }), [[other], [email]]],
  ['one path of several', definitionOf({ path: ['$.nothing', "$['credentialSubject']['email']"] }), direct, [[email]]],
  ['a path of a JWT', definitionOf({ path: ['$.vc.credentialSubject.email'] }), direct, [[email]]],
  ['a filter of numbers', definitionOf({ path: ['$.credentialSubject.age'], filter: { type: 'number', minimum: 18 } }), direct, [[email]]],
  ['an optional field that is absent', definitionOf({ path: ['$.nothing'], optional: true }), direct, [[email]]],
  ['any of a list', definitionOf({ path: ['$.type[*]'], filter: { const: 'Email' } }), direct, [[email]]],
  ['no constraints', { id: 'd', input_descriptors: [{ id: 'email' }] }, direct, [[email]]],
]

const unmet: readonly (readonly [claim: string, definition: JsonObject, submission: string | undefined, presented: Credential[][]])[] = [
  ['no submission', definitionOf(isEmail), undefined, [[email]]],
  ['no map', definitionOf(isEmail), '{}', [[email]]],
  ['an answer to something else', definitionOf(isEmail), submissionOf({ id: 'other', path: '$' }), [[email]]],
  ['another credential', definitionOf(isEmail), direct, [[other]]],
  ['a credential that is not there', definitionOf(isEmail), submissionOf({ id: 'email', path: '$.verifiableCredential[3]' }), [[email]]],
  ['a presentation that is not there', definitionOf(isEmail), submissionOf({ id: 'email', path: '$[3]' }), [[email]]],
  ['one of several that is not named', definitionOf(isEmail), submissionOf({ id: 'email', path: '$' }), [[email, other]]],
  ['a path beyond the subset', definitionOf(isEmail), submissionOf({ id: 'email', path: '$..verifiableCredential[0]' }), [[email]]],
  ['a field too young', definitionOf({ path: ['$.credentialSubject.age'], filter: { minimum: 21 } }), direct, [[email]]],
  ['a field of a prototype', definitionOf({ path: ['$.constructor'] }), direct, [[email]]],
  ['an optional field that does not fit', definitionOf({ path: ['$.credentialSubject.age'], filter: { minimum: 21 }, optional: true }), direct, [[email]]],
]

void t.test('a definition is met by what has its fields, and by nothing else', async t => {
  for (const [claim, definition, submission, presented] of met) t.doesNotThrow(() => assertPexMet(definition, submission, presented), claim)
  for (const [claim, definition, submission, presented] of unmet) t.throws(() => assertPexMet(definition, submission, presented), { code: 'PRESENTATION_REFUSED', reason: 'query_not_met' }, claim)
})

void t.test('what cannot be checked is known beforehand', async t => {
  t.equal(faultOfPex(definitionOf(isEmail)), undefined)
  for (const definition of [{}, { input_descriptors: [] }, definitionOf({ path: ['$..a'] }), definitionOf({ path: ['$.a'], filter: { type: 'nothing' } }), { ...definitionOf(), submission_requirements: [] }]) {
    t.type(faultOfPex(definition), 'string')
  }
})

void t.test('a path is read as far as it is understood', async t => {
  t.strictSame(stepsOf("$.a['b c'][0][*]"), ['a', 'b c', 0, '*'])
  for (const path of ['a', '$..a', '$[?(@.a)]', '$.a b', '$[-1]', '$[', `$${'.a'.repeat(600)}`]) t.equal(stepsOf(path), undefined, path.slice(0, 20))
  t.strictSame(valuesAt({ a: [{ b: 1 }, { b: 2 }] }, ['a', '*', 'b']), [1, 2])
})
