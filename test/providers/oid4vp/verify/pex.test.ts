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
  ['one of several, without its index', definitionOf(isEmail), submissionOf({ id: 'email', path: '$.verifiableCredential' }), [[email, other]]],
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

void t.test('a definition that asks for more than is checked is refused, not half met', async t => {
  const descriptor = (more: JsonObject) => ({ id: 'd', input_descriptors: [{ id: 'email', ...more }] })
  const filter = (filter: JsonObject) => definitionOf({ path: ['$.a'], filter })
  for (const definition of [
    descriptor({ constraints: { is_holder: [{ field_id: ['a'], directive: 'required' }] } }), descriptor({ constraints: { subject_is_issuer: 'required' } }), descriptor({ constraints: { statuses: { active: { directive: 'required' } } } }),
    descriptor({ constraints: { same_subject: [] } }), definitionOf({ path: ['$.a'], filter: {}, predicate: 'required' }), { ...definitionOf(), frame: {} }, descriptor({ schema: [{ uri: 'https://a.example' }] }),
    filter({ formatMaximum: '2000-01-01' }), filter({ unevaluatedProperties: false }), filter({ dependentRequired: { a: ['b'] } }), filter({ contians: {} }), filter({ $ref: 'https://a.example' }),
  ]) t.type(faultOfPex(definition), 'string', JSON.stringify(definition))
  for (const definition of [
    { ...definitionOf(), name: 'n', purpose: 'p', format: { ldp_vc: { proof_type: ['DataIntegrityProof'] } } }, descriptor({ name: 'n', purpose: 'p', group: ['A'], format: { jwt_vc: { alg: ['ES256'] } }, constraints: { limit_disclosure: 'required' } }),
    definitionOf({ path: ['$.a'], id: 'i', name: 'n', purpose: 'p', intent_to_retain: false, filter: { type: 'string', format: 'date', title: 't', pattern: '^2' } }),
  ]) t.equal(faultOfPex(definition), undefined, JSON.stringify(definition))
})

void t.test('a filter that a presentation keeps busy is given up, and one that is too large is not taken', async t => {
  const bomb = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`a${at}`, at === 59 ? { const: 'never' } : { anyOf: [{ $ref: `#/definitions/a${at + 1}` }, { $ref: `#/definitions/a${at + 1}` }] }]))
  const filters: readonly JsonObject[] = [{ pattern: '^([a-z]+)+$' }, { pattern: '^(?:[.-]?[a-z]+)*@a$' }, { definitions: bomb, $ref: '#/definitions/a0' }]
  for (const filter of filters) {
    const definition = definitionOf({ path: ['$.email'], filter })
    t.equal(faultOfPex(definition), undefined)
    t.throws(() => assertPexMet(definition, direct, [[credentialOf({ email: `${'a'.repeat(60)}!` })]]), { code: 'PRESENTATION_REFUSED', reason: 'query_unsupported' })
  }
  t.type(faultOfPex(definitionOf({ path: ['$.email'], filter: { enum: Array.from({ length: 10_000 }, (_, at) => `value ${at}`) } })), 'string')
  t.type(faultOfPex(definitionOf({ path: ['$.email'], filter: { $async: true, const: 'never' } })), 'string', 'whose answer would not be waited for')
})

void t.test('a format that was asked for is the one that answers', async t => {
  const asked = (...names: string[]) => ({ ...definitionOf(isEmail), format: Object.fromEntries(names.map(name => [name, {}])) })
  for (const names of [['ldp_vc'], ['ldp_vp'], ['jwt_vc_json', 'ldp_vc']]) t.doesNotThrow(() => assertPexMet(asked(...names), direct, [[email]]), names.join())
  for (const names of [['jwt_vc'], ['jwt_vp', 'dc+sd-jwt'], ['mso_mdoc']]) t.throws(() => assertPexMet(asked(...names), direct, [[email]]), { code: 'PRESENTATION_REFUSED', reason: 'query_not_met' }, names.join())
  const [jwt, sdJwt] = [{ ...email, format: 'jwt_vc_json' }, { ...email, format: 'dc+sd-jwt' }] as const
  for (const name of ['jwt_vc', 'jwt_vp', 'jwt_vc_json', 'jwt_vp_json']) t.doesNotThrow(() => assertPexMet(asked(name), direct, [[jwt]]), name)
  for (const name of ['vc+sd-jwt', 'dc+sd-jwt']) t.doesNotThrow(() => assertPexMet(asked(name), direct, [[sdJwt]]), name)
  const own = { ...definitionOf(isEmail), format: { jwt_vc: {} }, input_descriptors: [{ id: 'email', format: { ldp_vc: {} }, constraints: { fields: [isEmail] } }] }
  t.doesNotThrow(() => assertPexMet(own, direct, [[email]]), 'that of a descriptor goes before that of the definition')
})

void t.test('a path is read as far as it is understood', async t => {
  t.strictSame(stepsOf("$.a['b c'][0][*]"), ['a', 'b c', 0, '*'])
  for (const path of ['a', '$..a', '$[?(@.a)]', '$.a b', '$[-1]', '$[', `$${'.a'.repeat(600)}`]) t.equal(stepsOf(path), undefined, path.slice(0, 20))
  t.strictSame(valuesAt({ a: [{ b: 1 }, { b: 2 }] }, ['a', '*', 'b']), [1, 2])
})
