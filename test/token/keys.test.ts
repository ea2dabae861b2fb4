import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calculateJwkThumbprint } from 'jose'
import t from 'tap'
import type { Failure } from '../../src/domain/failure.ts'
import { openSigningKeys } from '../../src/token/keys.ts'
import { pairOf } from './jwt.ts'

const [one, two] = [pairOf('P-256'), pairOf('P-256')]
const secret = one.privateKey.export({ format: 'jwk' })
const pkcs8 = one.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const sec1 = one.privateKey.export({ type: 'sec1', format: 'pem' }).toString()
const retired = two.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'

void t.test('a key is read in each of its forms, and has its thumbprint as id', async t => {
  const thumbprint = await calculateJwkThumbprint(one.jwk)
  for (const [form, text] of [
    ['PKCS #8', pkcs8], ['SEC1', sec1], ['SEC1 as openssl writes it', `${parameters}${sec1}`], ['text around it', `# ours\n${pkcs8}\n`],
    ['JWK', JSON.stringify(secret)], ['JWK Set', ` ${JSON.stringify({ keys: [secret] })}`],
  ] as const) {
    const file = join(t.testdir({ key: text }), 'key')
    const { signing, jwks, verifying } = await openSigningKeys({ file })
    t.equal(signing.kid, thumbprint, form)
    t.strictSame([...verifying.keys()], [thumbprint])
    t.strictSame(jwks, { keys: [{ ...one.jwk, kid: thumbprint, alg: 'ES256', use: 'sig' }] }, 'no private member')
  }
})

void t.test('a JWK keeps its own id', async t => {
  const { signing, jwks } = await openSigningKeys({ file: join(t.testdir({ key: JSON.stringify({ ...secret, kid: 'mine' }) }), 'key') })
  t.equal(signing.kid, 'mine')
  t.match(jwks.keys, [{ kid: 'mine' }])
})

void t.test('of several keys the first signs and all are published, those without a private part too', async t => {
  for (const text of [`${pkcs8}${retired}`, JSON.stringify({ keys: [{ ...secret, kid: 'a' }, two.jwk] })]) {
    const { jwks, verifying, signing } = await openSigningKeys({ file: join(t.testdir({ key: text }), 'key') })
    t.equal(verifying.size, 2)
    t.match(jwks.keys, [{ x: one.jwk.x, kid: signing.kid }, { x: two.jwk.x }])
    t.notMatch(JSON.stringify(jwks), String(secret.d))
    for (const key of verifying.values()) t.equal(key.type, 'public')
  }
})

void t.test('a file that is wrong stops the start, and what it holds is not repeated', async t => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const locked = one.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p' }).toString()
  for (const [claim, text, reason] of [
    ['empty', '', /holds no key/], ['no key', 'hunter2', /holds no key/], ['torn', pkcs8.replace('MIG', 'hunter2'), /what is no key/], ['RSA', rsa, /not EC P-256/],
    ['another curve', pairOf('P-384').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), /not EC P-256/],
    ['under a passphrase', locked, /what is no key/], ['public only', retired, /must begin with a private key/], ['public first', `${retired}${pkcs8}`, /must begin/],
    ['twice the same', `${pkcs8}${sec1}`, /two keys of one id/], ['no JSON', '{"keys": hunter2', /what is no key/], ['HMAC', '{"kty":"oct","k":"aHVudGVyMg"}', /what is no key/],
    ['no keys', '{"keys":[]}', /holds no key/],
  ] as const) {
    const failure: unknown = await openSigningKeys({ file: join(t.testdir({ key: text }), 'key') }).catch((thrown: unknown) => thrown)
    t.match(failure, { code: 'SETTINGS_INVALID', reason }, claim)
    t.notMatch(JSON.stringify([failure, (failure as Failure).cause]), /hunter2/)
  }
  await t.rejects(openSigningKeys({ file: join(t.testdir({}), 'nothing') }), { code: 'SETTINGS_INVALID', reason: /cannot be read/ })
  const directory = join(t.testdir({ key: '' }), 'key')
  await t.rejects(openSigningKeys({ file: undefined, directory }), { code: 'SETTINGS_INVALID', reason: /no key can be kept/ })
  await t.rejects(openSigningKeys({ file: undefined }), { code: 'SETTINGS_INVALID', reason: /is missing/ })
})

void t.test('outside production a key is made once and kept for its owner alone', async t => {
  const directory = join(t.testdir({}), 'data')
  const opened = await Promise.all(Array.from({ length: 8 }, async () => openSigningKeys({ file: undefined, directory })))
  const again = await openSigningKeys({ file: undefined, directory })
  t.equal(new Set([...opened, again].map(({ signing }) => signing.kid)).size, 1, 'also when several start at once')
  t.strictSame(readdirSync(directory), ['oauth-signing-key.pem'])
  t.equal(statSync(join(directory, 'oauth-signing-key.pem')).mode & 0o777, 0o600)
})

void t.test('a kept key that was put there is used as it is', async t => {
  const directory = t.testdir({})
  writeFileSync(join(directory, 'oauth-signing-key.pem'), pkcs8)
  chmodSync(join(directory, 'oauth-signing-key.pem'), 0o400)
  await openSigningKeys({ file: undefined, directory })
  t.equal(readFileSync(join(directory, 'oauth-signing-key.pem'), 'utf8'), pkcs8)
})
