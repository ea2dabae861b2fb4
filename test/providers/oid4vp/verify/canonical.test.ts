import canonicalize from 'canonicalize'
import t from 'tap'
import { canonical } from '../../../../src/providers/oid4vp/verify/canonical.ts'

const oracle = canonicalize as unknown as (value: unknown) => string

void t.test('JSON has the form of RFC 8785, as another implementation has it', async t => {
  for (const value of [
    { b: 1, a: [3, { d: null, c: true }] }, { 10: 'a', 9: 'b', a: 'c' }, { '€': 1, '\r': 2, '1': 3, '\u{1f600}': 4, '\ufb33': 5, '\u0080': 6, ö: 7 }, [1e21, 1e-7, 0.1, -0, 333333333.3333333],
    'é\u0007"\\', {}, [], null, { a: undefined, b: 1 },
  ]) t.equal(canonical(value), oracle(value))
})
