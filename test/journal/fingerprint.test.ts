import { createHash, randomBytes } from 'node:crypto'
import t from 'tap'
import type { JsonObject } from '../../src/domain/callback.ts'
import { canonical, createFingerprint } from '../../src/journal/fingerprint.ts'

const secret = randomBytes(32)
const given = { provider: 'tokenio', key: 'k', parameters: { a: 1, b: { c: [1, 2], d: undefined } } as JsonObject }

void t.test('equal callbacks have one fingerprint, whatever the order of their members', async t => {
  const fingerprint = createFingerprint(secret)(given)
  t.equal(fingerprint.length, 32)
  t.same(createFingerprint(secret)({ ...given, parameters: { b: { c: [1, 2] }, a: 1 } }), fingerprint)
})

void t.test('the text is that of members in order, whether or not they came so', async t => {
  const cases: [JsonObject, string][] = [
    [{ a: 1, b: [{ c: 1, d: 2 }] }, '{"a":1,"b":[{"c":1,"d":2}]}'],
    [{ b: [{ d: 2, c: 1 }], a: 1 }, '{"a":1,"b":[{"c":1,"d":2}]}'],
    [{ a: { z: 1, y: { x: 1, w: 2 } } }, '{"a":{"y":{"w":2,"x":1},"z":1}}'],
    [{ 10: 1, 9: 2, a: 3 }, '{"9":2,"10":1,"a":3}'],
    [{}, '{}'],
  ]
  for (const [given, text] of cases) t.equal(canonical(given), text)
  t.equal(canonical(undefined), 'null')
})

void t.test('whatever differs makes another one', async t => {
  const fingerprintOf = createFingerprint(secret)
  const others = [
    { ...given, provider: 'oid4vp' }, { ...given, key: 'K' }, { ...given, parameters: {} }, { ...given, parameters: { ...given.parameters, a: '1' } },
    { ...given, parameters: { ...given.parameters, b: { c: [2, 1] } } }, { ...given, parameters: JSON.parse('{"__proto__":{"a":1}}') as JsonObject },
  ]
  const all = [given, ...others].map(each => Buffer.from(fingerprintOf(each)).toString('hex'))
  t.equal(new Set(all).size, all.length)
})

void t.test('without the secret it cannot be guessed', async t => {
  const text = canonical([given.provider, given.key, given.parameters])
  t.equal(text, '["tokenio","k",{"a":1,"b":{"c":[1,2]}}]')
  t.notSame(createFingerprint(randomBytes(32))(given), createFingerprint(secret)(given))
  t.notSame(createHash('sha256').update(text).digest(), createFingerprint(secret)(given))
})
