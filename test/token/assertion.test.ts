import t from 'tap'
import { readAssertion } from '../../src/token/assertion.ts'
import { claimsOf, encoded } from './jwt.ts'

const read = (claims: unknown, header: unknown = { alg: 'ES256' }) => readAssertion(`${encoded(header)}.${encoded(claims)}.AAAA`)

void t.test('an assertion is read as it came', async t => {
  const claims = claimsOf('app-7', { more: 1 })
  t.strictSame(read(claims, { alg: 'ES256', kid: 'a', jwk: {} }), { header: { alg: 'ES256', kid: 'a', jwk: {} }, claims, text: `${encoded({ alg: 'ES256', kid: 'a', jwk: {} })}.${encoded(claims)}.AAAA` })
})

void t.test('a member that is missing or of a wrong kind is named', async t => {
  for (const [member, wrong] of [
    ['iss', [undefined, 1, '', 'a'.repeat(1025)]], ['sub', [undefined, null]], ['aud', [undefined, 1, [], [1], Array(11).fill('a')]], ['exp', [undefined, '1', -1, 1e12, null]],
    ['iat', ['1', null]], ['nbf', [{}]], ['jti', [undefined, '', 1, 'a'.repeat(256)]],
  ] as const) {
    for (const value of wrong) t.throws(() => read(claimsOf('app-7', { [member]: value as never })), { code: 'CLIENT_INVALID', reason: `the assertion has a missing or wrong member: ${member}` }, `${member} ${String(value).slice(0, 20)}`)
  }
  t.throws(() => read(claimsOf('a'), { alg: 1 }), { code: 'CLIENT_INVALID', reason: /member: alg/ })
  t.throws(() => read(claimsOf('a'), { alg: 'ES256', kid: 1 }), { code: 'CLIENT_INVALID', reason: /member: kid/ })
})

void t.test('what is no JWT is refused before it costs anything', async t => {
  for (const text of ['', 'a', 'a.b', '.a.b', 'a.b.c.d', 'a b.c.d', 'a+b.c.d', '\u0000.a.b', 'a'.repeat(20_000), `${'a'.repeat(9000)}.${'é'.repeat(9000)}.`]) t.throws(() => readAssertion(text), { code: 'CLIENT_INVALID' }, text.slice(0, 20))
  for (const part of ['{"a":1', '{"__proto__":{}}', '{"constructor":{"prototype":{}}}', '']) t.throws(() => read(part), { code: 'CLIENT_INVALID' }, part)
  t.throws(() => readAssertion(`${encoded({ alg: 'ES256' })}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.`), { code: 'CLIENT_INVALID', reason: /JSON/ })
})
