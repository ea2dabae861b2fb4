import t from 'tap'
import { readAssertion } from '../../src/token/assertion.ts'
import { checkAssertion, usableUntil } from '../../src/token/assertion-checks.ts'
import type { JsonObject } from '../../src/domain/callback.ts'
import { encoded } from './jwt.ts'

const now = 1_000_000
const good = { iss: 'app', sub: 'app', aud: 'here', exp: now + 300, iat: now, jti: 'j' }
const expected = { delegated: false, audiences: new Set(['here', 'there']), clientId: undefined, now }

function check (changes: JsonObject, header: JsonObject = {}, more: Partial<typeof expected | { clientId: string, delegated: boolean }> = {}): void {
  const assertion = readAssertion(`${encoded({ alg: 'ES256', ...header })}.${encoded({ ...good, ...changes })}.AAAA`)
  checkAssertion(assertion, { ...expected, ...more })
}

void t.test('what keeps every rule passes, up to the last second', async t => {
  for (const changes of [{}, { aud: ['elsewhere', 'there'] }, { exp: now - 29, iat: now - 329 }, { exp: now + 330, iat: now + 30 }, { iat: undefined, exp: now + 330 }, { nbf: now + 30 }]) {
    t.doesNotThrow(() => check(changes), JSON.stringify(changes))
  }
  for (const typ of ['JWT', 'jwt', 'application/jwt', 'client-authentication+jwt']) t.doesNotThrow(() => check({}, { typ }), typ)
  t.doesNotThrow(() => check({ sub: 'other' }, {}, { delegated: true }))
  t.doesNotThrow(() => check({}, {}, { clientId: 'app' }))
})

void t.test('each rule refuses what breaks it, by one second', async t => {
  for (const [changes, header, more, reason] of [
    [{}, { alg: 'HS256' }, {}, /algorithm/],
    [{}, { alg: 'es256' }, {}, /algorithm/],
    [{}, { crit: [] }, {}, /extension/],
    [{}, { b64: true }, {}, /extension/],
    [{}, { typ: 'at+jwt' }, {}, /another type/],
    [{}, { typ: 'openid4vci-proof+jwt' }, {}, /another type/],
    [{}, {}, { clientId: 'other' }, /client_id/],
    [{ sub: 'other' }, {}, {}, /iss that is not its sub/],
    [{ aud: 'her' }, {}, {}, /audience/],
    [{ aud: ['elsewhere'] }, {}, {}, /audience/],
    [{ exp: now - 30, iat: now - 300 }, {}, {}, /expired/],
    [{ exp: now + 301 }, {}, {}, /longer/],
    [{ exp: now + 331, iat: undefined }, {}, {}, /longer/],
    [{ exp: now + 332, iat: now + 32 }, {}, {}, /longer/],
    [{ exp: now + 40, iat: now + 31 }, {}, {}, /future/],
    [{ nbf: now + 31 }, {}, {}, /not valid yet/],
  ] as const) t.throws(() => check(changes, header, more), { code: 'CLIENT_INVALID', reason }, JSON.stringify([changes, header, more]))
})

void t.test('an id is kept for as long as its assertion would be taken', async t => {
  t.equal(usableUntil(readAssertion(`${encoded({ alg: 'ES256' })}.${encoded(good)}.AAAA`)), (now + 330) * 1000)
  t.equal(usableUntil(readAssertion(`${encoded({ alg: 'ES256' })}.${encoded({ ...good, exp: now + 0.123456789 })}.AAAA`)), (now + 30) * 1000 + 124, 'in whole milliseconds, which every engine keeps')
})
