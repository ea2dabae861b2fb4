import mqtt from 'mqtt'
import t from 'tap'
import { openBroker } from '../../src/broker/broker.ts'
import { Failure } from '../../src/domain/failure.ts'
import { aclOf } from '../../src/token/acl.ts'
import { createAuthenticate } from '../../src/token/authenticate.ts'
import type { AccessClaims, Scope } from '../../src/token/token.ts'
import { claimsOf, didJwkOf, jwtOf, pairOf } from './jwt.ts'
import { issuer, openTestTokens } from './open.ts'

function claimsWith (...scopes: Scope[]): AccessClaims {
  return { iss: 'i', aud: 'i', sub: 'owner', client_id: 'app-7', exp: 100, iat: 0, jti: 'j', scope: scopes.join(' '), acl: aclOf({ sub: 'owner', scopes }, 'callbacks/v1') }
}

const authenticate = createAuthenticate({
  verify: token => {
    if (token === 'wrong') throw new Failure('UNAUTHORIZED')
    return claimsWith(...token.split(' ') as Scope[])
  },
})

void t.test('the password is a token and the user name its client', async t => {
  const access = await authenticate({ username: 'app-7', password: 'subscribe' })
  t.equal(access?.allows('callbacks/v1/owner/#'), true)
  t.equal(access?.allows('callbacks/v1/app-7/#'), false)
  t.equal(access?.expiresAt, 100_000)
})

void t.test("another's name, a bad token, or one that lets nobody read opens nothing", async t => {
  for (const [username, password] of [['owner', 'subscribe'], ['', 'subscribe'], ['app-7', 'wrong'], ['app-7', 'registrations']] as const) {
    t.equal(await authenticate({ username, password }), undefined, `${username} ${password}`)
  }
})

void t.test('the embedded broker lets a subscriber read its own tree with its token, and nothing else', async t => {
  const pair = pairOf('P-256')
  const did = didJwkOf(pair)
  const tokens = await openTestTokens(t, [
    { client_id: 'app-7', jwks: { keys: [pair.jwk] }, scope: 'subscribe' },
    { client_id: 'back', jwks: { keys: [pair.jwk] }, scope: 'subscribe:all' },
  ], { allowDid: true })
  const broker = await openBroker({
    host: '127.0.0.1', port: 0, allowAnonymous: false, topicPrefix: 'callbacks/v1', log: { debug () {}, error () {} }, authenticate: createAuthenticate(tokens),
  })
  t.teardown(() => broker.close())
  const connect = async (username: string, password: string) => {
    const { host, port } = broker.address()
    const client = await mqtt.connectAsync({ host, port, protocolVersion: 4, reconnectPeriod: 0, username, password })
    t.teardown(() => client.endAsync(true))
    return client
  }
  const tokenOf = async (id: string) => (await tokens.grant({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: jwtOf({ claims: claimsOf(id, { aud: issuer }), key: pair.privateKey }),
  }, '127.0.0.1')).access_token
  for (const [id, own] of [['app-7', 'callbacks/v1/app-7/#'], ['back', 'callbacks/v1/#'], [did, `callbacks/v1/${did}/#`]] as const) {
    const client = await connect(id, await tokenOf(id))
    t.match(await client.subscribeAsync(own, { qos: 1 }), [{ topic: own, qos: 1 }], id)
    for (const filter of ['#', '+/#', '$SYS/#', '$share/a/callbacks/v1/app-7/#', ...id === 'back' ? [] : ['callbacks/v1/#', 'callbacks/v1/+/#', 'callbacks/v1/other/#', 'iota/v1/other']]) {
      await t.rejects(client.subscribeAsync(filter), `${id} ${filter}`)
    }
  }
  const token = await tokenOf('app-7')
  for (const [username, password] of [['back', token], ['app-7', 'wrong'], ['', token]] as const) await t.rejects(connect(username, password), { code: 4 }, `${username} ${password === token}`)
})
