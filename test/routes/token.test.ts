import type { webcrypto } from 'node:crypto'
import { ConsumerAuthApi, Configuration, type ConsumerAuthTokenEndpointInput } from '@affinidi-tdk/iam-client'
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import t from 'tap'
import type { JsonObject } from '../../src/domain/callback.ts'
import { Failure } from '../../src/domain/failure.ts'
import { claimsOf, didKeyOf, jwtOf, pairOf, type Pair } from '../token/jwt.ts'
import { openTokenApp } from './token-app.ts'

const pair = pairOf('P-256')
const entries: readonly JsonObject[] = [{ client_id: 'app-7', jwks: { keys: [pair.jwk] }, scope: 'subscribe registrations' }]
const paths = ['/v1/consumer/oauth2/token', '/iam/v1/consumer/oauth2/token', '/cid/v1/consumer/oauth2/token']
const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const assertion = (aud: string, changes: JsonObject = {}) => jwtOf({ claims: claimsOf('app-7', { aud, ...changes }), key: pair.privateKey })
const request = (aud: string, changes: object = {}) => ({ grant_type: 'client_credentials', client_assertion_type: type, client_assertion: assertion(aud), ...changes })

async function post (url: string, body: object | string, headers: { [name: string]: string } = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const reply = await fetch(url, { method: 'POST', body: text, headers: { 'content-type': 'application/json', ...headers } })
  return { status: reply.status, headers: reply.headers, body: await reply.json() as { [name: string]: unknown } }
}

async function cryptoKeyOf ({ privateKey }: Pair): Promise<webcrypto.CryptoKey> {
  return privateKey.toCryptoKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
}

void t.test('who has a whole network of IPv6 is one address to the limiter', async t => {
  const seen: string[] = []
  const { app, url } = await openTokenApp(t, entries, { limit: (_client, address) => { seen.push(address) } })
  for (const remoteAddress of ['2001:db8::1', '2001:db8::ffff:1', '::ffff:192.0.2.7', '192.0.2.7']) await app.inject({ method: 'POST', url: '/v1/consumer/oauth2/token', remoteAddress, payload: request(url) })
  t.strictSame(seen, ['2001:db8:0:0::/64', '2001:db8:0:0::/64', '192.0.2.7', '192.0.2.7'])
})

void t.test('every path answers JSON and forms, and what it answers is kept by nobody', async t => {
  const { url, tokens } = await openTokenApp(t, entries)
  for (const path of paths) {
    const form = new URLSearchParams(request(`${url}${path}`)).toString()
    for (const { status, headers, body } of [await post(url + path, request(`${url}${path}`)), await post(url + path, form, { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' })]) {
      t.equal(status, 200)
      t.match(body, { token_type: 'Bearer', expires_in: 3600, scope: 'subscribe registrations' })
      t.strictSame(Object.keys(body).toSorted(), ['access_token', 'expires_in', 'scope', 'token_type'])
      t.match(tokens.verify(String(body.access_token)), { sub: 'app-7' })
      t.equal(headers.get('cache-control'), 'no-store')
      t.match(headers.get('content-type'), /^application\/json/)
    }
  }
})

void t.test('the metadata and the keys are what a stranger needs', async t => {
  const { url, tokens } = await openTokenApp(t, entries)
  const metadata = await (await fetch(`${url}/.well-known/oauth-authorization-server`)).json() as JsonObject
  t.match(metadata, { issuer: url, token_endpoint: url + paths[0], jwks_uri: `${url}/.well-known/jwks.json`, grant_types_supported: ['client_credentials', 'affinidi_delegation'] })
  t.match(metadata.token_endpoint_auth_signing_alg_values_supported, ['ES256', 'EdDSA', 'Ed25519', 'ES256K', 'RS256', 'PS256'])
  const reply = await fetch(String(metadata.jwks_uri))
  t.equal(reply.headers.get('cache-control'), 'public, max-age=300')
  const jwks = await reply.json() as JSONWebKeySet
  t.equal(jwks.keys.some(key => 'd' in key), false)
  const { body } = await post(url + paths[0], request(url))
  const { payload } = await jwtVerify(String(body.access_token), createLocalJWKSet(jwks), { issuer: url, audience: url, typ: 'at+jwt' })
  t.match(payload, { sub: 'app-7', acl: tokens.verify(String(body.access_token)).acl })
})

void t.test("an issuer's own path stands behind the well-known one too", async t => {
  const { url } = await openTokenApp(t, entries, { issuer: 'https://a.example/base/' })
  for (const path of ['', '/base']) {
    t.match(await (await fetch(`${url}/.well-known/oauth-authorization-server${path}`)).json(), { issuer: 'https://a.example/base/', jwks_uri: 'https://a.example/base/.well-known/jwks.json' })
  }
})

void t.test("Affinidi's ConsumerAuthApi gets a token, for itself and for who delegated, and understands a refusal", async t => {
  const [grantee, profile] = [pairOf('P-256'), pairOf('P-256')].map(pair => ({ ...pair, did: didKeyOf('P-256', pair) }))
  if (grantee === undefined || profile === undefined) throw new Error('no pairs')
  const { url, tokens } = await openTokenApp(t, [...entries, { client_id: profile.did, scope: 'subscribe', delegates: [grantee.did] }], { allowDid: true })
  for (const base of ['iam', 'cid']) {
    const api = new ConsumerAuthApi(new Configuration({ basePath: `${url}/${base}` }))
    const aud = `${url}/${base}/v1/consumer/oauth2/token`
    const header = { alg: 'ES256', kid: `${grantee.did}#${grantee.did.slice(8)}` }
    const sign = (changes: JsonObject = {}) => jwtOf({ header, claims: claimsOf(grantee.did, { aud, ...changes }), key: grantee.privateKey })
    const own = await api.consumerAuthTokenEndpoint({ grant_type: 'client_credentials', client_assertion_type: type, client_assertion: sign(), client_id: grantee.did })
    t.match(own, { status: 200, data: { token_type: 'Bearer', expires_in: 3600 } })
    const input: ConsumerAuthTokenEndpointInput = {
      grant_type: 'affinidi_delegation', client_assertion_type: 'urn:ietf:params:oauth:delegation-assertion-type:jwt-bearer', client_assertion: sign({ sub: profile.did }), client_id: grantee.did,
    }
    t.match(tokens.verify((await api.consumerAuthTokenEndpoint(input)).data.access_token ?? ''), { sub: profile.did, act: { sub: grantee.did } })
    await t.rejects(api.consumerAuthTokenEndpoint(input), { name: 'UnauthorizedError', httpStatusCode: 401, traceId: /^[0-9a-f]{32}$/, message: 'Unauthorized.' })
    await t.rejects(api.consumerAuthTokenEndpoint({ ...input, client_assertion: sign({ sub: 'app-7' }) }), { name: 'OperationForbiddenError', httpStatusCode: 403 })
  }
})

void t.test('oauth4webapi with PrivateKeyJwt finds the route and gets a token', async t => {
  const { url } = await openTokenApp(t, entries)
  // oxlint-disable-next-line typescript/no-deprecated -- plain HTTP on loopback
  const insecure = { [oauth.allowInsecureRequests]: true }
  const issuer = new URL(url)
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }))
  const me = { client_id: 'app-7' }
  const ask = async (key: webcrypto.CryptoKey, parameters: Record<string, string>) =>
    oauth.processClientCredentialsResponse(as, me, await oauth.clientCredentialsGrantRequest(as, me, oauth.PrivateKeyJwt(key), parameters, insecure))
  t.match(await ask(await cryptoKeyOf(pair), { scope: 'subscribe' }), { token_type: 'bearer', scope: 'subscribe', expires_in: 3600 })
  await t.rejects(ask(await cryptoKeyOf(pair), { scope: 'results' }), { name: 'ResponseBodyError', error: 'invalid_scope', status: 400 })
  await t.rejects(ask(await cryptoKeyOf(pairOf('P-256')), {}), oauth.WWWAuthenticateChallengeError)
})

void t.test('openid-client discovers the issuer by RFC 8414 and gets a token', async t => {
  const { url } = await openTokenApp(t, entries)
  const key = client.PrivateKeyJwt(await cryptoKeyOf(pair))
  // oxlint-disable-next-line typescript/no-deprecated -- plain HTTP on loopback
  const found = await client.discovery(new URL(url), 'app-7', undefined, key, { algorithm: 'oauth2', execute: [client.allowInsecureRequests] })
  t.equal(found.serverMetadata().token_endpoint, url + paths[0])
  t.match(await client.clientCredentialsGrant(found, { scope: 'registrations' }), { token_type: 'bearer', scope: 'registrations' })
})

void t.test("every error has RFC 6749's members beside the contract's", async t => {
  const { url } = await openTokenApp(t, entries, { useOnce: async () => { throw new Failure('JOURNAL_UNAVAILABLE') } })
  const fine = await openTokenApp(t, entries)
  const broken = await openTokenApp(t, entries, { useOnce: async () => { throw new TypeError('secret of ours') } })
  const limited = await openTokenApp(t, entries, { limit: () => { throw new Failure('RATE_LIMITED', { retryAfter: 3000 }) } })
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const [path] = paths
  for (const [claim, reply, status, name, error] of [
    ['no grant type', await post(url + path, {}), 400, 'InvalidParameterError', 'invalid_request'],
    ['wrong kinds', await post(url + path, { grant_type: 1, scope: [] }), 400, 'InvalidParameterError', 'invalid_request'],
    ['a list', await post(url + path, '[]'), 400, 'InvalidParameterError', 'invalid_request'],
    ['no JSON', await post(url + path, '{'), 400, 'InvalidParameterError', 'invalid_request'],
    ['hostile JSON', await post(url + path, '{"__proto__":{}}'), 400, 'InvalidParameterError', 'invalid_request'],
    ['an empty form', await post(url + path, '', form), 400, 'InvalidParameterError', 'invalid_request'],
    ['a parameter twice', await post(url + path, 'grant_type=client_credentials&grant_type=client_credentials', form), 400, 'InvalidParameterError', 'invalid_request'],
    ['another media type', await post(url + path, 'a', { 'content-type': 'text/plain' }), 415, 'UnsupportedMediaTypeError', 'invalid_request'],
    ['too large', await post(url + path, request(url, { more: 'a'.repeat(70_000) })), 413, 'PayloadTooLargeError', 'invalid_request'],
    ['another grant', await post(url + path, { grant_type: 'password' }), 400, 'InvalidParameterError', 'unsupported_grant_type'],
    ['no client', await post(url + path, { grant_type: 'client_credentials' }), 401, 'UnauthorizedError', 'invalid_client'],
    ['an expired assertion', await post(url + path, request(url, { client_assertion: assertion(url, { exp: 1, iat: 0 }) })), 401, 'UnauthorizedError', 'invalid_client'],
    ['too much scope', await post(fine.url + path, request(fine.url, { scope: 'everything' })), 400, 'InvalidParameterError', 'invalid_scope'],
    ['the journal away', await post(url + path, request(url)), 503, 'ServiceUnavailableError', 'temporarily_unavailable'],
    ['our own fault', await post(broken.url + path, request(broken.url)), 500, 'UnexpectedError', 'server_error'],
    ['too often', await post(limited.url + path, request(limited.url)), 429, 'TooManyRequestsError', 'temporarily_unavailable'],
  ] as const) {
    t.equal(reply.status, status, claim)
    t.match(reply.body, { name, httpStatusCode: status, traceId: /^[0-9a-f]{32}$/, error, message: String, error_description: /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/ }, claim)
    t.ok(Array.isArray(reply.body.details), claim)
    t.equal(reply.headers.get('cache-control'), 'no-store', claim)
    t.equal(reply.headers.get('www-authenticate'), status === 401 ? 'Bearer error="invalid_client"' : null, claim)
    t.equal(reply.headers.has('retry-after'), status === 429 || status === 503, claim)
    t.notMatch(JSON.stringify(reply.body), /secret of ours|eyJ/, claim)
  }
})

void t.test('a fault names its parameter without repeating it', async t => {
  const { url } = await openTokenApp(t, entries)
  const { body } = await post(url + paths[0], { client_assertion: { hunter2: 1 }, scope: 7 })
  t.match(body, { message: 'Invalid parameter: grant_type, client_assertion, scope.', details: [{ field: 'grant_type', issue: 'is missing', location: 'body' }, { field: 'client_assertion' }, { field: 'scope' }] })
  t.notMatch(JSON.stringify(body), /hunter2/)
})

void t.test('another method is 405 with Allow, in the same form; no body at all is 400 or 415', async t => {
  const { url } = await openTokenApp(t, entries)
  for (const path of paths) {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const reply = await fetch(url + path, { method })
      t.match([reply.status, reply.headers.get('allow'), await reply.json()], [405, 'POST', { name: 'MethodNotAllowedError', error: 'invalid_request' }], `${method} ${path}`)
    }
    const reply = await fetch(url + path, { method: 'POST' })
    t.match([reply.status, await reply.json()], [400, { name: 'InvalidParameterError', error: 'invalid_request' }])
  }
})

void t.test('a token costs little', async t => {
  const { tokens } = await openTokenApp(t, entries)
  const issuer = String(tokens.metadata.issuer)
  const costs: number[] = []
  for (let round = 0; round < 300; round++) {
    const body = request(issuer)
    const before = process.cpuUsage()
    await tokens.grant(body, '127.0.0.1')
    const { user, system } = process.cpuUsage(before)
    if (round >= 100) costs.push((user + system) / 1000)
  }
  const median = costs.toSorted((one, other) => one - other)[costs.length / 2] ?? Infinity
  t.comment(`processor time for each token, median: ${median.toFixed(3)} ms`)
  t.ok(median < 5)
})
