import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { JsonObject } from '../../src/domain/callback.ts'
import { createAccessTokens } from '../../src/token/access-token.ts'
import { openSigningKeys } from '../../src/token/keys.ts'
import { encoded, jwtOf, pairOf } from './jwt.ts'

const issuer = 'https://callbacks.example/base/'
const bearer = { clientId: 'app-7', scopes: ['subscribe', 'results'] } as const
const clock = { now: Date.UTC(2026, 10, 22) }

async function open (directory: string) {
  const keys = await openSigningKeys({ file: undefined, directory })
  return { keys, ...createAccessTokens({ keys, issuer, topicPrefix: 'callbacks/v1', ttlSeconds: 600, now: () => clock.now }) }
}

const partsOf = (token: string) => token.split('.').slice(0, 2).map(part => JSON.parse(Buffer.from(part, 'base64url').toString()) as JsonObject)

void t.test('a token is an RFC 9068 JWT that others verify by the published keys', async t => {
  const { issue, keys } = await open(t.testdir({}))
  const token = issue(bearer)
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet({ keys: keys.jwks.keys as { kty: string }[] }), {
    issuer, audience: issuer, typ: 'at+jwt', algorithms: ['ES256'], currentDate: new Date(clock.now), requiredClaims: ['sub', 'client_id', 'exp', 'iat', 'jti', 'scope', 'acl'],
  })
  t.strictSame(protectedHeader, { typ: 'at+jwt', alg: 'ES256', kid: keys.signing.kid })
  t.match(payload, { iss: issuer, sub: 'app-7', client_id: 'app-7', exp: clock.now / 1000 + 600, iat: clock.now / 1000, scope: 'subscribe results' })
  t.not(partsOf(issue(bearer))[1]?.jti, payload.jti)
})

void t.test('a delegated token says for whom, and who acts', async t => {
  const { issue, verify } = await open(t.testdir({}))
  t.match(verify(issue({ ...bearer, delegator: 'owner' })), { sub: 'owner', client_id: 'app-7', act: { sub: 'app-7' }, acl: [{ topic: 'callbacks/v1/owner/#' }, {}] })
})

void t.test('a token is taken until it expires', async t => {
  const { issue, verify } = await open(t.testdir({}))
  const token = issue(bearer)
  t.teardown(() => { clock.now = Date.UTC(2026, 10, 22) })
  clock.now += 599_999
  t.doesNotThrow(() => verify(token))
  clock.now += 1
  t.throws(() => verify(token), { code: 'UNAUTHORIZED', reason: /expired/ })
})

void t.test('a token that is none of ours is refused', async t => {
  const { issue, verify, keys } = await open(t.testdir({}))
  const token = issue(bearer)
  const [header = '', payload = '', signature = ''] = token.split('.')
  const [, claims = {}] = partsOf(token)
  const { kid, key } = keys.signing
  const right = { typ: 'at+jwt', alg: 'ES256', kid }
  const other = pairOf('P-256')
  const x = String(keys.jwks.keys[0]?.x)
  for (const [claim, hostile] of [
    ['another signature', `${header}.${payload}.${'A'.repeat(86)}`],
    ['no signature', `${header}.${payload}.`],
    ['other claims', `${header}.${encoded({ ...claims, scope: 'subscribe:all' })}.${signature}`],
    ['alg none', `${encoded({ ...right, alg: 'none' })}.${payload}.`],
    ['alg none with a signature', `${encoded({ ...right, alg: 'none' })}.${payload}.${signature}`],
    ['HMAC by our public key', jwtOf({ header: { ...right, alg: 'HS256' }, claims, key: x })],
    ['another type', jwtOf({ header: { ...right, typ: 'JWT' }, claims, key })],
    ['no type', jwtOf({ header: { alg: 'ES256', kid }, claims, key })],
    ['a foreign key', jwtOf({ header: right, claims, key: other.privateKey })],
    ['a foreign key in the header', jwtOf({ header: { ...right, jwk: other.jwk }, claims, key: other.privateKey })],
    ['no kid', jwtOf({ header: { typ: 'at+jwt', alg: 'ES256' }, claims, key })],
    ['an unknown kid', jwtOf({ header: { ...right, kid: 'other' }, claims, key })],
    ['another issuer', jwtOf({ header: right, claims: { ...claims, iss: 'https://callbacks.example' }, key })],
    ['another audience', jwtOf({ header: right, claims: { ...claims, aud: 'https://callbacks.example' }, key })],
    ['a list as header', `${encoded('[]')}.${payload}.${signature}`],
    ['null as header', `${encoded('null')}.${payload}.${signature}`],
    ['no JSON', `${encoded('{')}.${payload}.${signature}`],
    ['a character more', `${token}A`],
    ['space around it', ` ${token}`],
    ['nothing', ''],
    ['too much', `${header}.${'A'.repeat(17_000)}.${signature}`],
  ] as const) t.throws(() => verify(hostile), { code: 'UNAUTHORIZED' }, claim)
  t.doesNotThrow(() => verify(token))
})

void t.test('keys rotate: the new one signs, tokens of the former one stay good until it leaves the file', async t => {
  const [former, next] = [pairOf('P-256'), pairOf('P-256')].map(({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  const file = join(t.testdir({}), 'keys.pem')
  const opened = async (text: string) => {
    writeFileSync(file, text)
    return createAccessTokens({ keys: await openSigningKeys({ file }), issuer, topicPrefix: 'callbacks/v1', ttlSeconds: 600, now: () => clock.now })
  }
  const [first, both, last] = [await opened(former ?? ''), await opened(`${next}${former}`), await opened(next ?? '')]
  const [early, late] = [first.issue(bearer), both.issue(bearer)]
  t.doesNotThrow(() => both.verify(early))
  t.doesNotThrow(() => both.verify(late))
  t.doesNotThrow(() => last.verify(late))
  t.throws(() => last.verify(early), { code: 'UNAUTHORIZED' })
  t.throws(() => first.verify(late), { code: 'UNAUTHORIZED' })
})
