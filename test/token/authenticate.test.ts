import t from 'tap'
import { Failure } from '../../src/domain/failure.ts'
import { aclOf } from '../../src/token/acl.ts'
import { createAuthenticate } from '../../src/token/authenticate.ts'
import type { AccessClaims, Scope } from '../../src/token/token.ts'

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
