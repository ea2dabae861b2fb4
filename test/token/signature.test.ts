import t from 'tap'
import { publicKeyOf, type Algorithm } from '../../src/did/public-key.ts'
import { isSignedByOneOf } from '../../src/token/signature.ts'
import { jwtOf, pairOf } from './jwt.ts'

const pairs = { ES256: pairOf('P-256'), ES256K: pairOf('secp256k1'), EdDSA: pairOf('Ed25519'), RS256: pairOf('RSA') } as const
const keys = Object.values(pairs).map(({ jwk }) => publicKeyOf(jwk))

void t.test('one of several keys is enough, and each is tried with its own algorithms only', async t => {
  for (const [alg, { privateKey }] of Object.entries(pairs)) {
    const jws = jwtOf({ header: { alg }, claims: {}, key: privateKey })
    for (const tried of [...Object.keys(pairs), 'PS256', 'Ed25519'] as Algorithm[]) {
      t.equal(await isSignedByOneOf(keys, tried, jws), tried === alg, `${alg} tried as ${tried}`)
    }
    t.equal(await isSignedByOneOf([], alg as Algorithm, jws), false)
    t.equal(await isSignedByOneOf(keys, alg as Algorithm, `${jws.slice(0, -8)}AAAAAAAA`), false, `${alg} torn`)
    t.equal(await isSignedByOneOf(keys, alg as Algorithm, jws.replace('.', '.A')), false)
    t.equal(await isSignedByOneOf(keys, alg as Algorithm, jws.slice(0, jws.lastIndexOf('.') + 1)), false)
  }
})
