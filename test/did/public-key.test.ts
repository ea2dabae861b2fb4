import t from 'tap'
import { publicKeyOf } from '../../src/did/public-key.ts'
import { pairOf } from '../token/jwt.ts'

const pair = pairOf('P-256')
const rsa = pairOf('RSA')

void t.test('a key is bound to the algorithms of its kind, or to the one that it names', async t => {
  t.strictSame(publicKeyOf(pair.jwk).algorithms, ['ES256'])
  t.strictSame(publicKeyOf(rsa.jwk).algorithms, ['RS256', 'PS256'])
  t.strictSame(publicKeyOf({ ...rsa.jwk, alg: 'PS256' }).algorithms, ['PS256'])
  t.strictSame(publicKeyOf(pairOf('Ed25519').jwk).algorithms, ['EdDSA', 'Ed25519'])
  t.strictSame(publicKeyOf(pairOf('secp256k1').jwk).algorithms, ['ES256K'])
  t.equal(publicKeyOf({ ...pair.jwk, kid: 'a', use: 'sig', key_ops: ['verify'] }).kid, 'a')
})

void t.test('a key that must not be used is refused, and not repeated', async t => {
  const { d } = pair.privateKey.export({ format: 'jwk' })
  for (const [jwk, reason] of [
    [{ ...pair.jwk, d: String(d) }, /secret/],
    [{ kty: 'oct', k: 'aGVsbG8' }, /secret/],
    [{ ...pair.jwk, use: 'enc' }, /signatures/],
    [{ ...pair.jwk, key_ops: ['deriveKey'] }, /verifying/],
    [{ ...pair.jwk, alg: 'ES384' }, /kind/],
    [{ ...pair.jwk, alg: 'RS256' }, /kind/],
    [{ ...pair.jwk, crv: 'P-521' }, /kind/],
    [{ ...pair.jwk, crv: 'secp256k1' }, /cannot be read/],
    [{ ...pair.jwk, x: pair.jwk.y }, /cannot be read/],
    [pairOf('weak RSA').jwk, /2048/],
    [{ kty: 'constructor' }, /kind/],
    [{}, /kind/],
  ] as const) {
    const thrown = t.throws(() => publicKeyOf(jwk), { code: 'CLIENT_INVALID', reason })
    t.notMatch(JSON.stringify(thrown), String(d))
  }
})
