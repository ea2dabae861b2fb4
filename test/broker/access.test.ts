import { test } from 'tap'
import { accessTo } from '../../src/broker/access.ts'

const cases = [
  [['callbacks/v1/app-7/#'], 'callbacks/v1/app-7/#', true],
  [['callbacks/v1/app-7/#'], 'callbacks/v1/app-7/+/rq:1', true],
  [['callbacks/v1/app-7/#'], 'callbacks/v1/app-77/x', false],
  [['callbacks/v1/app-7/#'], 'callbacks/v1/+/x', false],
  [['callbacks/v1/app-7/#'], 'callbacks/v1/#', false],
  [['callbacks/v1/app-7/#', 'iota/v1/c-1'], 'iota/v1/c-1', true],
  [['callbacks/v1/app-7/#', 'iota/v1/c-1'], 'iota/v1/c-1/x', false],
  [['callbacks/v1/app-7/#', 'iota/v1/c-1'], 'iota/v1/+', false],
  [['$SYS/#'], '$SYS/x', false],
  [[], 'callbacks/v1/x', false],
] as const

void test('a filter is allowed when it cannot reach outside of what is granted', async t => {
  for (const [granted, filter, allowed] of cases) t.equal(accessTo(granted).allows(filter), allowed, `${filter} of ${granted.join(' ')}`)
})
