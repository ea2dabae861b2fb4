import t from 'tap'
import { aclOf } from '../../src/token/acl.ts'
import { subscriberAccess } from '../../src/token/subscriber-access.ts'
import type { Scope } from '../../src/token/token.ts'

const accessOf = (sub: string, ...scopes: Scope[]) => subscriberAccess({ acl: aclOf({ sub, scopes }, 'callbacks/v1'), exp: 100 })

const filters: readonly (readonly [filter: string, own: boolean, all: boolean])[] = [
  ['callbacks/v1/app-7/#', true, true],
  ['callbacks/v1/app-7', true, true],
  ['callbacks/v1/app-7/tokenio/rq:1', true, true],
  ['callbacks/v1/app-7/+/rq:1', true, true],
  ['callbacks/v1/app-7/+/#', true, true],
  ['iota/v1/app-7', true, true],
  ['iota/v1/app-7/#', false, true],
  ['iota/v1/app-8', false, true],
  ['iota/v1/+', false, true],
  ['iota/v1/#', false, true],
  ['iota/#', false, false],
  ['callbacks/v1/app-8/#', false, true],
  ['callbacks/v1/app-77/#', false, true],
  ['callbacks/v1/app-7#', false, true],
  ['callbacks/v1/+/#', false, true],
  ['callbacks/v1/+/tokenio/rq:1', false, true],
  ['callbacks/v1/#', false, true],
  ['callbacks/+/app-7/#', false, false],
  ['+/v1/app-7/#', false, false],
  ['callbacks/#', false, false],
  ['callbacks/v2/app-7/#', false, false],
  ['#', false, false],
  ['+', false, false],
  ['+/+/+/+/+', false, false],
  ['', false, false],
  ['/callbacks/v1/app-7/#', false, false],
  ['callbacks//v1/app-7/#', false, false],
  ['callbacks/v1//app-7', false, true],
  ['CALLBACKS/v1/app-7/#', false, false],
  ['callbacks/v1/APP-7/#', false, true],
  ['callbacks%2Fv1%2Fapp-7', false, false],
  ['callbacks/v1/%61pp-7/#', false, true],
  ['callbacks/v1/app-7%2F..%2Fapp-8', false, true],
  ['$SYS/#', false, false],
  ['$SYS/broker/clients', false, false],
  ['$share/group/callbacks/v1/app-7/#', false, false],
  ['$share/group/#', false, false],
  ['$queue/callbacks/v1/app-7/#', false, false],
]

void t.test('a subscriber reads its own tree, one for all reads the whole prefix, and nobody more', async t => {
  for (const [filter, own, all] of filters) {
    t.equal(accessOf('app-7', 'subscribe').allows(filter), own, `own: ${filter}`)
    t.equal(accessOf('app-7', 'subscribe:all').allows(filter), all, `all: ${filter}`)
    t.equal(accessOf('app-7', 'registrations', 'results').allows(filter), false, `none: ${filter}`)
  }
})

void t.test('an id that looks like a filter or like several levels is one level', async t => {
  for (const [sub, level] of [['#', '%23'], ['+', '%2B'], ['a/b', 'a%2Fb'], ['$SYS', '%24SYS'], ['app-7%2Fx', 'app-7%252Fx'], ['..', '..']] as const) {
    const access = accessOf(sub, 'subscribe')
    t.equal(access.allows(`callbacks/v1/${level}/#`), true, sub)
    for (const filter of ['callbacks/v1/#', 'callbacks/v1/+/#', 'callbacks/v1/app-7/#', 'callbacks/v1/a/b/#', `callbacks/v1/${sub}/x`]) {
      t.equal(access.allows(filter), sub === '..' && filter === 'callbacks/v1/../x', `${sub}: ${filter}`)
    }
  }
})

void t.test('it ends with the token', async t => {
  t.equal(accessOf('app-7', 'subscribe').expiresAt, 100_000)
})
