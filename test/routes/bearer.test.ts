import t, { type Test } from 'tap'
import { bearer } from '../../src/routes/bearer.ts'
import { claimsOf, jwtOf, pairOf } from '../token/jwt.ts'
import { openTokenApp } from './token-app.ts'

const pair = pairOf('P-256')
const entries = [{ client_id: 'app-7', jwks: { keys: [pair.jwk] }, scope: 'subscribe results' }]

async function open (t: Test) {
  const clock = { now: Date.now() }
  const { url, tokens } = await openTokenApp(t, entries, { now: () => clock.now, ttlSeconds: 600 }, (app, { verify }) => {
    const routes = { '/results': bearer({ verify, scope: 'results' }), '/any': bearer({ verify, scope: ['subscribe:all', 'subscribe'] }), '/credentials': bearer({ verify, scope: 'credentials' }), '/bare': bearer({ verify, scope: 'results', bare: true }) }
    for (const [url, onRequest] of Object.entries(routes)) {
      app.post(url, { onRequest }, async ({ client: { id, subject, scopes } }) => ({ id, subject, scopes: [...scopes] }))
    }
  })
  const { access_token: token } = await tokens.grant({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: jwtOf({ claims: claimsOf('app-7', { aud: url }), key: pair.privateKey }),
  }, '127.0.0.1')
  const ask = async (path: string, authorization?: string, body = '{}') => {
    const reply = await fetch(url + path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...authorization === undefined ? {} : { authorization } } })
    return { status: reply.status, challenge: reply.headers.get('www-authenticate'), body: await reply.json() as { readonly [name: string]: unknown } }
  }
  return { ask, token, clock }
}

void t.test('a token with the scope, or one of several, opens the route, and says who asks', async t => {
  const { ask, token } = await open(t)
  for (const [path, authorization] of [['/results', `Bearer ${token}`], ['/results', `bearer  ${token}`], ['/any', `BEARER ${token}`], ['/bare', `Bearer ${token}`], ['/bare', token]] as const) {
    t.match(await ask(path, authorization), { status: 200, challenge: null, body: { id: 'app-7', subject: 'app-7', scopes: ['subscribe', 'results'] } }, path)
  }
})

void t.test('who brings no token is asked for one, before any body is read', async t => {
  const { ask, token } = await open(t)
  for (const authorization of [undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', token, `Token ${token}`, `Bearer ${token} ${token}`, `Bearer ${token}, Bearer ${token}`]) {
    t.match(await ask('/results', authorization, '{'), { status: 401, challenge: 'Bearer', body: { name: 'UnauthorizedError', httpStatusCode: 401, message: 'Unauthorized.' } }, authorization?.slice(0, 12) ?? 'none')
  }
})

void t.test('a token that is not good is named invalid, and not repeated', async t => {
  const { ask, token, clock } = await open(t)
  const invalid = { status: 401, challenge: /^Bearer error="invalid_token", error_description="the access token [a-z ]+"$/, body: { name: 'UnauthorizedError' } }
  for (const wrong of ['x', `${token.slice(0, -4)}AAAA`, jwtOf({ claims: claimsOf('app-7'), key: pair.privateKey })]) {
    const reply = await ask('/results', `Bearer ${wrong}`)
    t.match(reply, invalid)
    t.notOk(JSON.stringify(reply).includes(`"${wrong}"`))
  }
  t.match(await ask('/bare', 'x'), invalid)
  clock.now += 600_000
  t.match(await ask('/results', `Bearer ${token}`), { ...invalid, challenge: /has expired/ })
})

void t.test('a token without the scope is refused, and told which it needs', async t => {
  const { ask, token } = await open(t)
  t.match(await ask('/credentials', `Bearer ${token}`), {
    status: 403, challenge: 'Bearer error="insufficient_scope", scope="credentials"', body: { name: 'OperationForbiddenError', message: 'Operation forbidden: scope.', httpStatusCode: 403 },
  })
})
