import t from 'tap'
import type { JsonObject } from '../../../../src/domain/callback.ts'
import { assertDcqlMet, faultOfDcql } from '../../../../src/providers/oid4vp/verify/dcql.ts'
import type { Credential } from '../../../../src/providers/oid4vp/verify/verify-parts.ts'

const credentialOf = (claims: JsonObject, more: Partial<Credential> = {}): Credential =>
  ({ format: 'dc+sd-jwt', claims, types: ['email'], issuer: 'did:web:a.example', authorities: [], holderBound: true, ...more })
const email = credentialOf({ email: 'a@example.com', age: 20, address: { country: 'DE' }, nationalities: ['DE', 'FR'] })
const one = (id: string, more: JsonObject = {}): JsonObject => ({ id, format: 'dc+sd-jwt', meta: { vct_values: ['email'] }, ...more })
const claims = (...claims: JsonObject[]): JsonObject => ({ claims })
const queryOf = (credentials: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({ credentials, ...more })
const sets = { claims: [{ id: 'a', path: ['passport'] }, { id: 'b', path: ['email'] }], claim_sets: [['a'], ['b']] }
const either = { credential_sets: [{ options: [['a'], ['b']] }] }
const optional = { credential_sets: [{ options: [['a']] }, { options: [['b']], required: false }] }

const cases: readonly (readonly [claim: string, isMet: boolean, query: JsonObject, presented: { readonly [id: string]: readonly Credential[] }])[] = [
  ['a claim', true, queryOf([one('a', claims({ path: ['email'] }))]), { a: [email] }],
  ['a claim within', true, queryOf([one('a', claims({ path: ['address', 'country'], values: ['FR', 'DE'] }))]), { a: [email] }],
  ['any of a list', true, queryOf([one('a', claims({ path: ['nationalities', null], values: ['FR'] }))]), { a: [email] }],
  ['a claim that is not there', false, queryOf([one('a', claims({ path: ['email'] }, { path: ['name'] }))]), { a: [email] }],
  ['another value', false, queryOf([one('a', claims({ path: ['email'], values: ['b@example.com'] }))]), { a: [email] }],
  ['a value of another type', false, queryOf([one('a', claims({ path: ['age'], values: ['20'] }))]), { a: [email] }],
  ['a member of every object', false, queryOf([one('a', claims({ path: ['constructor'] }))]), { a: [email] }],
  ['a member of every list', false, queryOf([one('a', claims({ path: ['nationalities', 'length'] }))]), { a: [email] }],
  ['another type', false, queryOf([one('a')]), { a: [credentialOf({}, { types: ['other'] })] }],
  ['another format', false, queryOf([one('a')]), { a: [credentialOf({}, { format: 'jwt_vc_json' })] }],
  ['no holder where one is asked for', false, queryOf([one('a')]), { a: [credentialOf({}, { holderBound: false })] }],
  ['no holder where none is', true, queryOf([one('a', { require_cryptographic_holder_binding: false })]), { a: [credentialOf({}, { holderBound: false })] }],
  ['two where one is asked for', false, queryOf([one('a')]), { a: [email, email] }],
  ['two where several are', true, queryOf([one('a', { multiple: true })]), { a: [email, email] }],
  ['one of several that is wrong', false, queryOf([one('a', { multiple: true })]), { a: [email, credentialOf({}, { types: ['other'] })] }],
  ['the second of two sets of claims', true, queryOf([one('a', sets)]), { a: [email] }],
  ['none of the sets of claims', false, queryOf([one('a', sets)]), { a: [credentialOf({})] }],
  ['one of two, both asked for', false, queryOf([one('a'), one('b')]), { a: [email] }],
  ['one of two, either asked for', true, queryOf([one('a'), one('b')], either), { b: [email] }],
  ['none of two, either asked for', false, queryOf([one('a'), one('b')], either), {}],
  ['without what is optional', true, queryOf([one('a'), one('b')], optional), { a: [email] }],
  ['with what is optional', true, queryOf([one('a'), one('b')], optional), { a: [email], b: [email] }],
  ['with what is optional, and wrong', false, queryOf([one('a'), one('b')], optional), { a: [email], b: [credentialOf({}, { types: ['other'] })] }],
  ['what is optional alone', false, queryOf([one('a'), one('b')], optional), { b: [email] }],
  ['an authority', true, queryOf([one('a', { trusted_authorities: [{ type: 'aki', values: ['BBBB'] }] })]), { a: [credentialOf({}, { authorities: ['AAAA', 'BBBB'] })] }],
  ['another authority', false, queryOf([one('a', { trusted_authorities: [{ type: 'aki', values: ['BBBB'] }] })]), { a: [credentialOf({}, { authorities: ['AAAA'] })] }],
  ['no authority', false, queryOf([one('a', { trusted_authorities: [{ type: 'aki', values: ['BBBB'] }] })]), { a: [email] }],
  ['an authority of a kind that cannot be asked', false, queryOf([one('a', { trusted_authorities: [{ type: 'etsi_tl', values: ['https://trust.example/list'] }] })]), { a: [credentialOf({}, { authorities: ['BBBB'] })] }],
]

void t.test('a query is met by all that it asks for and by nothing else', async t => {
  for (const [claim, isMet, query, presented] of cases) {
    t.equal(await faultOfDcql(query), undefined, claim)
    const asserted = assertDcqlMet(query, new Map(Object.entries(presented)))
    if (isMet) await asserted
    else await t.rejects(asserted, { code: 'PRESENTATION_REFUSED', reason: 'query_not_met' }, claim)
  }
})

void t.test('what is no query, or cannot be checked, is known beforehand', async t => {
  for (const query of [{}, { credentials: [] }, queryOf([one('a'), one('a')]), queryOf([one('a b')]), queryOf([one('a')], { credential_sets: [{ options: [['b']] }] }), queryOf([one('a', { format: 'mso_mdoc', meta: { doctype_value: 'd' } })])]) {
    t.type(await faultOfDcql(query), 'string', JSON.stringify(query))
  }
})

void t.test('a presentation that keeps the library busy is given up, and a query that is too large is not taken', async t => {
  const long = credentialOf({ nationalities: Array.from({ length: 60_000 }, (_, at) => ({ at })) })
  const query = queryOf([one('a', claims({ path: ['nationalities', null, 'code'] }))])
  await t.rejects(assertDcqlMet(query, new Map([['a', [long]]])), { code: 'PRESENTATION_REFUSED', reason: 'query_unsupported' })
  t.type(await faultOfDcql(queryOf([one('a', claims({ path: ['email'], values: Array.from({ length: 10_000 }, (_, at) => `value ${at}`) }))])), 'string')
})
