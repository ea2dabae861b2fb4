import t from 'tap'
import { aclOf } from '../../src/token/acl.ts'
import type { Scope } from '../../src/token/token.ts'

const topicsOf = (sub: string, ...scopes: Scope[]) => aclOf({ sub, scopes }, 'a/b').map(({ topic }) => topic)

void t.test('the rules are what the scope lets one read', async t => {
  t.strictSame(aclOf({ sub: 'app-7', scopes: ['subscribe'] }, 'callbacks/v1'), [
    { permission: 'allow', action: 'subscribe', topic: 'callbacks/v1/app-7/#' },
    { permission: 'allow', action: 'subscribe', topic: 'iota/v1/app-7' },
  ])
  t.strictSame(topicsOf('app-7', 'subscribe:all'), ['a/b/#', 'iota/v1/#'])
  t.strictSame(topicsOf('app-7', 'registrations', 'registrations:any', 'results', 'credentials'), [])
})

void t.test('an id is one level without a wildcard, and has no placeholder of a broker in it', async t => {
  for (const sub of ['a/b', '#', '+', '$SYS', '${clientid}', '%c', 'did:key:z6Mk', 'https://a.example/b']) {
    const [tree = ''] = topicsOf(sub, 'subscribe')
    t.match(tree, /^a\/b\/[^/+#$]+\/#$/, sub)
  }
})
