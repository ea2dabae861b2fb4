import t from 'tap'
import { isKeyDid, keyOfDid } from '../../src/did/key-did.ts'
import { didJwkOf, didKeyOf, encoded, pairOf } from '../token/jwt.ts'

// did:key 0.9, test vectors
const published = [
  ['did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK', { kty: 'OKP', crv: 'Ed25519', x: 'Lm_M42cB3HkUiODQsXRcweM6TByfzEHGO9ND274JcOY' }],
  ['did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme', { kty: 'EC', crv: 'secp256k1', x: 'h0wVx_2iDlOcblulc8E5iEw1EYh5n1RYtLQfeSTyNc0', y: 'O2EATIGbu6DezKFptj5scAIRntgfecanVNXxat1rnwE' }],
  ['did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169', { kty: 'EC', crv: 'P-256', x: 'fyNYMN0976ci7xqiSdag3buk-ZCwgXU4kz9XNkBlNUI', y: 'hW2ojTNfH7Jbi8--CJUo3OCbH3y5n91g-IMA9MLMbTU' }],
] as const

void t.test('a published did:key is the key that its specification says', async t => {
  for (const [did, jwk] of published) t.match(keyOfDid(did).key.export({ format: 'jwk' }), jwk, did)
})

void t.test('any key comes back from its DID, bound to its own algorithms and without a kid', async t => {
  for (const [crv, algorithms] of [['P-256', ['ES256']], ['secp256k1', ['ES256K']], ['Ed25519', ['EdDSA', 'Ed25519']]] as const) {
    for (let round = 0; round < 20; round++) {
      const pair = pairOf(crv)
      for (const did of [didKeyOf(crv, pair), didJwkOf(pair), didJwkOf({ ...pair, jwk: { ...pair.jwk, kid: '0', use: 'sig' } })]) {
        const { key, ...rest } = keyOfDid(did)
        t.strictSame([key.equals(pair.publicKey), rest], [true, { algorithms }], did)
      }
    }
  }
})

void t.test('a DID that is no key, or a key that is not taken, is refused', async t => {
  const pair = pairOf('P-256')
  const good = didKeyOf('P-256', pair)
  for (const did of [
    'did:key:', 'did:key:z', 'did:web:a.example', 'did:key:m7QEu', good.replace('did:key:z', 'did:key:u'), `${good}#${good.slice(8)}`, `${good}0`, good.slice(0, -1),
    `did:key:z${'1'.repeat(60)}`, `did:key:z${'z'.repeat(2000)}`, 'did:key:z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc', // X25519
    'did:key:z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9', // P-384
    didKeyOf('P-256', { ...pair, jwk: { x: Buffer.alloc(32, 255).toString('base64url'), y: 'AA' } }), 'did:jwk:', `did:jwk:${encoded('[]')}`, `did:jwk:${encoded('null')}`, `did:jwk:${encoded('{')}`, `${didJwkOf(pair)}=`, `${didJwkOf(pair)}#0`,
    `did:jwk:${encoded(pair.privateKey.export({ format: 'jwk' }))}`, `did:jwk:${encoded({ kty: 'oct', k: 'aGVsbG8' })}`, `did:jwk:${encoded({ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' })}`,
    `did:jwk:${encoded({ kty: 'toString', crv: 'x' })}`, `did:jwk:${encoded({ ...pair.jwk, more: 'a'.repeat(1000) })}`, didJwkOf(pairOf('weak RSA')), didJwkOf(pairOf('P-384')),
    didJwkOf({ ...pair, jwk: { ...pair.jwk, use: 'enc' } }), didJwkOf({ ...pair, jwk: { ...pair.jwk, alg: 'HS256' } }),
  ]) t.throws(() => keyOfDid(did), { code: 'CLIENT_INVALID' }, did.slice(0, 80))
})

void t.test('only DIDs that are their own key are such', async t => {
  for (const [id, is] of [['did:key:z', true], ['did:jwk:e', true], ['did:web:a', false], ['app-7', false], [' did:key:z', false]] as const) t.equal(isKeyDid(id), is, id)
})
