import { createPublicKey, generateKeyPairSync, verify, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { startTokenio } from '../../tokenio-server.ts'
import { bearerOf } from '../../../src/providers/tokenio/sign.ts'
import { callbackOf, id, openTokenio } from './open.ts'

const keys = {
  EdDSA: generateKeyPairSync('ed25519').privateKey,
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
}

/** What a verifier does: the payload comes from the body, RFC 7515 appendix F. */
function read (authorization: string | undefined, body: string, key: KeyObject) {
  const [scheme, jws = ''] = (authorization ?? '').split(' ')
  const [header = '', middle, signature = ''] = jws.split('.')
  const input = Buffer.from(`${header}.${Buffer.from(body).toString('base64url')}`)
  const claims = JSON.parse(Buffer.from(header, 'base64url').toString()) as { readonly alg: string, readonly exp: number }
  const isValid = verify(claims.alg === 'EdDSA' ? null : 'sha256', input, { key: createPublicKey(key), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
  return { scheme, middle, claims, isValid }
}

void test('the header holds the claims, the middle is empty, and the body is what is signed', async t => {
  for (const [alg, key] of Object.entries(keys)) {
    for (const body of [undefined, '{"a":"ü"}']) {
      const now = 1_586_297_044_787
      const bearer = bearerOf({ key, memberId: 'm:XTjX:5zKtXEAq', keyId: '1x7d' }, { method: 'POST', host: 'localhost:8000', path: '/token-requests/rq:a:b/result', body }, now)
      t.strictSame(read(bearer, body ?? '', key), {
        scheme: 'Bearer',
        middle: '',
        claims: { alg, kid: '1x7d', mid: 'm:XTjX:5zKtXEAq', host: 'localhost:8000', method: 'POST', path: '/token-requests/rq:a:b/result', exp: now + 300_000 },
        isValid: true,
      }, `${alg}, ${body ?? 'no body'}`)
      t.notOk(read(bearer, `${body ?? ''} `, key).isValid, 'another body is not signed')
    }
  }
})

void test('each request is signed as it is sent, with a key from PEM or JWK', async t => {
  const server = await startTokenio()
  t.teardown(server.close)
  const directory = t.testdir()
  const texts = Object.values(keys).flatMap(key => [
    [key, String(key.export({ type: 'pkcs8', format: 'pem' }))] as const,
    [key, JSON.stringify(key.export({ format: 'jwk' }))] as const,
  ])
  for (const [at, [key, text]] of texts.entries()) {
    const file = join(directory, String(at))
    writeFileSync(file, text)
    const provider = openTokenio({ TOKENIO_URL: `${server.url}/base`, TOKENIO_JWT_KEY_FILE: file, TOKENIO_MEMBER_ID: 'm:1', TOKENIO_KEY_ID: 'k', TOKENIO_API_KEY: 'unused' })
    const before = Date.now()
    await provider.fetchResult(callbackOf({ 'request-id': id, request_id: id }), AbortSignal.timeout(5000))
    server.answer(`/base/token-requests/${id}/authorization`, { body: { status: 'AUTHENTICATED' } })
    await provider.visits?.enter(id, { otp: '1' }, AbortSignal.timeout(5000))
    await provider.close()
    const [get, post] = server.asks.slice(-2)
    for (const ask of [get, post]) {
      const { claims, isValid } = read(ask?.headers.authorization, ask?.body ?? '', key)
      t.ok(isValid)
      t.match(claims, { host: new URL(server.url).host, method: ask?.method, path: ask?.path, kid: 'k', mid: 'm:1' })
      t.equal(ask?.path.includes(id), true, 'the colon stays')
      t.ok(claims.exp >= before + 60_000 && claims.exp <= Date.now() + 600_000)
    }
  }
})
