import { createHash } from 'node:crypto'
import t from 'tap'
import type { JsonObject } from '../../src/domain/callback.ts'
import { Failure } from '../../src/domain/failure.ts'
import { grantTypes } from '../../src/token/grant.ts'
import type { TokenRequest, Tokens } from '../../src/token/token.ts'
import { claimsOf, didJwkOf, didKeyOf, encoded, jwtOf, pairOf, type Jwt } from './jwt.ts'
import { issuer, openTestTokens, usedOnce } from './open.ts'

const app = pairOf('P-256')
const stranger = pairOf('P-256')
const rsa = pairOf('RSA')
const weak = pairOf('weak RSA')
const ed = pairOf('Ed25519')
const k1 = pairOf('secp256k1')
const p384 = pairOf('P-384')

const entries: readonly JsonObject[] = [
  { client_id: 'app-7', jwks: { keys: [{ ...app.jwk, kid: 'one' }] }, scope: 'subscribe registrations' },
  { client_id: 'rsa', jwks: { keys: [rsa.jwk] }, scope: 'results' },
  { client_id: 'many', jwks: { keys: [ed.jwk, k1.jwk, rsa.jwk, app.jwk] }, scope: 'subscribe' },
]

function requestOf (jwt: Jwt, more: Partial<TokenRequest> = {}): TokenRequest {
  return { grant_type: 'client_credentials', client_assertion_type: grantTypes.client_credentials, client_assertion: jwtOf(jwt), ...more }
}

const good = (changes: JsonObject = {}): Jwt => ({ claims: claimsOf('app-7', changes), key: app.privateKey })
const at = (seconds: number) => Math.floor(Date.now() / 1000) + seconds

async function refusalOf (tokens: Tokens, request: TokenRequest): Promise<Failure> {
  const thrown: unknown = await tokens.grant(request, '127.0.0.1').then(() => undefined, (thrown: unknown) => thrown)
  if (thrown instanceof Failure) return thrown
  throw new Error('it was not refused', { cause: thrown })
}

void t.test('a client gets a token that says who it is and what it may do', async t => {
  const tokens = await openTestTokens(t, entries)
  const reply = await tokens.grant(requestOf(good()), '127.0.0.1')
  t.match(reply, { token_type: 'Bearer', expires_in: 3600, scope: 'subscribe registrations' })
  const claims = tokens.verify(reply.access_token)
  t.match(claims, { iss: issuer, aud: issuer, sub: 'app-7', client_id: 'app-7', scope: 'subscribe registrations' })
  t.strictSame(claims.acl, [
    { permission: 'allow', action: 'subscribe', topic: 'callbacks/v1/app-7/#' },
    { permission: 'allow', action: 'subscribe', topic: 'iota/v1/app-7' },
  ])
  t.equal(claims.act, undefined)
  t.equal(claims.exp - claims.iat, 3600)
})

void t.test('an assertion names the token route, under any of its paths, or the issuer', async t => {
  const tokens = await openTestTokens(t, entries)
  for (const aud of [issuer, `${issuer}/v1/consumer/oauth2/token`, `${issuer}/iam/v1/consumer/oauth2/token`, `${issuer}/cid/v1/consumer/oauth2/token`, ['https://other.example', issuer]]) {
    await t.resolves(tokens.grant(requestOf(good({ aud })), '127.0.0.1'), String(aud))
  }
})

void t.test('every algorithm that is taken works with keys of its own kind', async t => {
  const tokens = await openTestTokens(t, entries)
  for (const [alg, { privateKey }] of [['ES256', app], ['EdDSA', ed], ['Ed25519', ed], ['ES256K', k1], ['RS256', rsa], ['PS256', rsa]] as const) {
    await t.resolves(tokens.grant(requestOf({ header: { alg }, claims: claimsOf('many'), key: privateKey }), '127.0.0.1'), alg)
  }
})

void t.test('a hostile or careless assertion is refused', async t => {
  const used = usedOnce()
  const tokens = await openTestTokens(t, entries, { useOnce: used })
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const n = String(rsa.jwk.n)
  const cases: readonly (readonly [claim: string, request: TokenRequest, reason: RegExp])[] = [
    ['expired', requestOf(good({ exp: at(-31), iat: at(-300) })), /expired/],
    ['issued in the future', requestOf(good({ iat: at(60), exp: at(120) })), /future/],
    ['not valid yet', requestOf(good({ nbf: at(60) })), /not valid yet/],
    ['living too long', requestOf(good({ exp: at(301) })), /longer than 300/],
    ['living too long, without iat', requestOf(good({ exp: at(400), iat: undefined })), /longer than 300/],
    ['expiring never', requestOf(good({ exp: undefined })), /member: exp/],
    ['expiring as text', requestOf(good({ exp: String(at(60)) })), /member: exp/],
    ['without jti', requestOf(good({ jti: undefined })), /member: jti/],
    ['with an endless jti', requestOf(good({ jti: 'a'.repeat(256) })), /member: jti/],
    ['for another audience', requestOf(good({ aud: 'https://other.example' })), /audience/],
    ['for a longer audience', requestOf(good({ aud: `${issuer}.evil.example` })), /audience/],
    ['for the issuer with another ending', requestOf(good({ aud: `${issuer}/` })), /audience/],
    ['for no audience', requestOf(good({ aud: [] })), /member: aud/],
    ['of somebody about somebody else', requestOf(good({ sub: 'rsa' })), /iss that is not its sub/],
    ['of another client than the request says', requestOf(good(), { client_id: 'rsa' }), /client_id/],
    ['alg none', requestOf({ ...good(), header: { alg: 'none' } }), /algorithm/],
    ['alg None', requestOf({ ...good(), header: { alg: 'None' } }), /algorithm/],
    ['no alg', requestOf({ ...good(), header: {} }), /member: alg/],
    ['HMAC by the PEM of a public key', requestOf({ header: { alg: 'HS256' }, claims: claimsOf('rsa'), key: pem }), /algorithm/],
    ['HMAC by the modulus, said to be RS256', requestOf({ header: { alg: 'RS256' }, claims: claimsOf('rsa'), key: n }), /not signed/],
    ['HMAC by the PEM, said to be ES256', requestOf({ header: { alg: 'ES256' }, claims: claimsOf('rsa'), key: pem }), /not signed/],
    ['no signature', requestOf({ ...good(), key: '' }), /not signed/],
    ['a foreign key', requestOf({ ...good(), key: stranger.privateKey }), /not signed/],
    ['a foreign key in the header', requestOf({ ...good(), header: { alg: 'ES256', jwk: stranger.jwk }, key: stranger.privateKey }), /not signed/],
    ['a foreign key by URL', requestOf({ ...good(), header: { alg: 'ES256', jku: 'https://evil.example/jwks', x5u: 'https://evil.example/c' }, key: stranger.privateKey }), /not signed/],
    ['another kid', requestOf({ ...good(), header: { alg: 'ES256', kid: 'two' } }), /not signed/],
    ['ES256 by a key of another curve', requestOf({ ...good(), key: k1.privateKey }), /not signed/],
    ['ES256 by a larger curve', requestOf({ ...good(), key: p384.privateKey }), /not signed/],
    ['ES256K for a P-256 key', requestOf({ ...good(), header: { alg: 'ES256K' } }), /not signed/],
    ['RS256 where the key is EC', requestOf({ ...good(), header: { alg: 'RS256' }, key: rsa.privateKey }), /not signed/],
    ['PS256 that is RS256', requestOf({ header: { alg: 'PS256' }, claims: claimsOf('rsa'), key: rsa.privateKey }, { client_assertion: swapped(jwtOf({ header: { alg: 'RS256' }, claims: claimsOf('rsa'), key: rsa.privateKey }), { alg: 'PS256' }) }), /not signed/],
    ['a critical extension', requestOf({ ...good(), header: { alg: 'ES256', crit: ['b64'], b64: false } }), /extension/],
    ['an access token as assertion', requestOf({ ...good(), header: { alg: 'ES256', typ: 'at+jwt' } }), /another type/],
    ['a key-binding JWT as assertion', requestOf({ ...good(), header: { alg: 'ES256', typ: 'kb+jwt' } }), /another type/],
    ['oversize', requestOf(good({ more: 'a'.repeat(16 * 1024) })), /too large/],
    ['an unknown client', requestOf({ claims: claimsOf('app-8'), key: app.privateKey }), /unknown/],
    ['`default`', requestOf({ claims: claimsOf('default'), key: app.privateKey }), /unknown/],
    ['a DID where none is allowed', requestOf({ claims: claimsOf(didKeyOf('P-256', app)), key: app.privateKey }), /unknown/],
    ['__proto__ in its claims', requestOf(good(), { client_assertion: `${encoded({ alg: 'ES256' })}.${encoded('{"__proto__":{"iss":"app-7"}}')}.AAAA` }), /JSON/],
    ['four parts', requestOf(good(), { client_assertion: `${jwtOf(good())}.x` }), /no signed JWT/],
    ['no text at all', requestOf(good(), { client_assertion: '' }), /no signed JWT/],
    ['a list as claims', requestOf(good(), { client_assertion: `${encoded({ alg: 'ES256' })}.${encoded('[]')}.AAAA` }), /member: claims|member/],
    ['no JSON', requestOf(good(), { client_assertion: `${encoded('nothing')}.${encoded('nothing')}.AAAA` }), /JSON/],
    ['no assertion', { grant_type: 'client_credentials', client_assertion_type: grantTypes.client_credentials }, /missing/],
    ['the other kind of assertion', requestOf(good(), { client_assertion_type: grantTypes.affinidi_delegation }), /does not go with/],
  ]
  for (const [claim, request, reason] of cases) t.match(await refusalOf(tokens, request), { code: 'CLIENT_INVALID', status: 401, reason }, claim)
  t.equal(used.used.size, 0, 'none of them used up an id')
})

function swapped (jwt: string, header: JsonObject): string {
  return [encoded(header), ...jwt.split('.').slice(1)].join('.')
}

void t.test('a clock may be wrong by half a minute', async t => {
  const tokens = await openTestTokens(t, entries)
  for (const changes of [{ exp: at(-25), iat: at(-300) }, { iat: at(25), exp: at(300) }, { nbf: at(25) }, { iat: at(25), exp: at(325) }]) {
    await t.resolves(tokens.grant(requestOf(good(changes)), '127.0.0.1'), JSON.stringify(changes))
  }
})

void t.test('an assertion is used once, by its client and id, for as long as it would be taken', async t => {
  const used = usedOnce()
  const tokens = await openTestTokens(t, entries, { useOnce: used })
  const exp = at(200)
  const request = requestOf(good({ exp, jti: 'first' }))
  await tokens.grant(request, '127.0.0.1')
  t.match(await refusalOf(tokens, request), { code: 'CLIENT_INVALID', reason: /used before/ })
  t.match(await refusalOf(tokens, requestOf(good({ jti: 'first' }))), { reason: /used before/ }, 'signed anew')
  await t.resolves(tokens.grant(requestOf({ header: { alg: 'RS256' }, claims: claimsOf('rsa', { jti: 'first' }), key: rsa.privateKey }), '127.0.0.1'), "another client's id")
  t.strictSame([...used.used].map(([id]) => id.length), [43, 43])
  t.equal([...used.used.values()][0], (exp + 30) * 1000)
})

void t.test('of many that use one assertion at once, one gets a token', async t => {
  const tokens = await openTestTokens(t, entries)
  const request = requestOf(good())
  const granted = await Promise.allSettled(Array.from({ length: 50 }, async () => tokens.grant(request, '127.0.0.1')))
  t.equal(granted.filter(({ status }) => status === 'fulfilled').length, 1)
})

void t.test('a journal that is away gives no token', async t => {
  const tokens = await openTestTokens(t, entries, { useOnce: async () => { throw new Failure('JOURNAL_UNAVAILABLE') } })
  t.match(await refusalOf(tokens, requestOf(good())), { code: 'JOURNAL_UNAVAILABLE' })
})

void t.test('a client gets what it asks for, all that it has when it asks for nothing, and no more', async t => {
  const tokens = await openTestTokens(t, entries)
  for (const [asked, given] of [[undefined, 'subscribe registrations'], ['', 'subscribe registrations'], ['registrations', 'registrations'], ['registrations subscribe subscribe', 'subscribe registrations']] as const) {
    t.equal((await tokens.grant(requestOf(good(), asked === undefined ? {} : { scope: asked }), '127.0.0.1')).scope, given, asked ?? 'none')
  }
  for (const scope of ['results', 'subscribe results', 'subscribe:all', 'subscribe\tregistrations', 'SUBSCRIBE']) {
    t.match(await refusalOf(tokens, requestOf(good(), { scope })), { code: 'SCOPE_INVALID' }, scope)
  }
})

void t.test('another grant is not supported', async t => {
  const tokens = await openTestTokens(t, entries)
  for (const type of ['password', 'authorization_code', '', 'toString']) t.match(await refusalOf(tokens, requestOf(good(), { grant_type: type })), { code: 'GRANT_TYPE_UNSUPPORTED' }, type)
})

void t.test('a DID is its own client where that is allowed', async t => {
  const tokens = await openTestTokens(t, entries, { allowDid: true })
  for (const [did, alg, { privateKey }] of [
    [didKeyOf('P-256', app), 'ES256', app], [didKeyOf('secp256k1', k1), 'ES256K', k1], [didKeyOf('Ed25519', ed), 'EdDSA', ed],
    [didJwkOf(app), 'ES256', app], [didJwkOf(rsa), 'RS256', rsa], [didJwkOf(k1), 'ES256K', k1],
  ] as const) {
    const reply = await tokens.grant(requestOf({ header: { alg, kid: `${did}#${did.slice(8)}` }, claims: claimsOf(did), key: privateKey }), '127.0.0.1')
    t.match(tokens.verify(reply.access_token), { sub: did, scope: 'subscribe' })
    t.match(await refusalOf(tokens, requestOf({ claims: claimsOf(did), key: stranger.privateKey })), { code: 'CLIENT_INVALID' })
  }
  t.match(await refusalOf(tokens, requestOf({ claims: claimsOf(didKeyOf('P-256', app)), key: app.privateKey }, { scope: 'registrations' })), { code: 'SCOPE_INVALID' })
  for (const did of ['did:key:z6Mk', 'did:web:a.example', `${didKeyOf('P-256', app)}#0`, didJwkOf(weak), didJwkOf(p384), `did:jwk:${encoded(app.privateKey.export({ format: 'jwk' }))}`]) {
    t.match(await refusalOf(tokens, requestOf({ claims: claimsOf(did), key: app.privateKey })), { code: 'CLIENT_INVALID' }, did)
  }
})

void t.test('whoever was delegated to acts for the delegator, with what both have', async t => {
  const grantee = pairOf('P-256')
  const did = didKeyOf('P-256', grantee)
  const profile = didKeyOf('P-256', pairOf('P-256'))
  const tokens = await openTestTokens(t, [
    { client_id: 'owner', jwks: { keys: [app.jwk] }, scope: 'subscribe registrations results', delegates: ['helper', did] },
    { client_id: 'helper', jwks: { keys: [ed.jwk] }, scope: 'registrations subscribe:all' },
    { client_id: profile, scope: 'subscribe', delegates: [did] },
    { client_id: 'alone', jwks: { keys: [k1.jwk] }, scope: 'subscribe' },
  ], { allowDid: true })
  const delegated = (iss: string, sub: string, key = grantee.privateKey, alg = 'ES256', more = {}): TokenRequest =>
    requestOf({ header: { alg }, claims: claimsOf(iss, { sub }), key }, { grant_type: 'affinidi_delegation', client_assertion_type: grantTypes.affinidi_delegation, ...more })

  const claims = tokens.verify((await tokens.grant(delegated(did, 'owner', undefined, undefined, { client_id: did }), '127.0.0.1')).access_token)
  t.match(claims, { sub: 'owner', client_id: did, act: { sub: did }, scope: 'subscribe' })
  t.equal(claims.acl[0]?.topic, 'callbacks/v1/owner/#')
  t.match(await tokens.grant(delegated('helper', 'owner', ed.privateKey, 'EdDSA'), '127.0.0.1'), { scope: 'registrations' })
  t.match(tokens.verify((await tokens.grant(delegated(did, profile), '127.0.0.1')).access_token), { sub: profile, act: { sub: did } })

  for (const [claim, request, code] of [
    ['to nobody', delegated('alone', 'owner', k1.privateKey, 'ES256K'), 'DELEGATION_REFUSED'],
    ['by a stranger', delegated(did, 'nobody'), 'DELEGATION_REFUSED'],
    ['by one who can be read by nobody', delegated(did, 'did:key:zzz'), 'DELEGATION_REFUSED'],
    ['the wrong way round', delegated('owner', 'helper', app.privateKey), 'DELEGATION_REFUSED'],
    ['from oneself', delegated(did, did), 'GRANT_INVALID'],
    ['signed by the delegator', delegated(did, 'owner', app.privateKey), 'CLIENT_INVALID'],
    ['of more than the delegate has', delegated(did, 'owner', undefined, undefined, { scope: 'registrations' }), 'SCOPE_INVALID'],
    ['without the words of it', requestOf({ claims: claimsOf(did, { sub: 'owner' }), key: grantee.privateKey }), 'CLIENT_INVALID'],
  ] as const) t.match(await refusalOf(tokens, request), { code }, claim)
})

void t.test('a limit is asked with the client and the address, before any key is looked for', async t => {
  const asked: string[] = []
  const tokens = await openTestTokens(t, entries, { limit: (client, address) => { asked.push(`${client} ${address}`); throw new Failure('RATE_LIMITED') } })
  t.match(await refusalOf(tokens, requestOf({ ...good(), key: stranger.privateKey })), { code: 'RATE_LIMITED' })
  t.strictSame(asked, ['app-7 127.0.0.1'])
})

void t.test('no refusal repeats the assertion or its secrets', async t => {
  const tokens = await openTestTokens(t, entries)
  const request = requestOf({ ...good({ note: 'hunter2' }), key: stranger.privateKey })
  const failure = await refusalOf(tokens, request)
  const said = JSON.stringify([failure, failure.message, failure.reason, failure.details, failure.cause])
  for (const secret of [request.client_assertion ?? '', 'hunter2', createHash('sha256').update('app-7').digest('hex')]) t.notOk(said.includes(secret))
})
