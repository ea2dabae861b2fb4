import t from 'tap'
import { valuesIn } from '../../../../src/providers/oid4vp/verify/extensions.ts'

void t.test('values of DER stand one after the other, short or long', t => {
  const long = Buffer.alloc(300, 97)
  const bytes = Buffer.concat([Buffer.from('0603551d0f', 'hex'), Buffer.from([0x04, 0x82, 0x01, 0x2c]), long, Buffer.from('0500', 'hex')])
  t.strictSame(valuesIn(bytes), [{ tag: 6, content: Buffer.from('551d0f', 'hex') }, { tag: 4, content: long }, { tag: 5, content: Buffer.alloc(0) }])
  t.strictSame(valuesIn(), [])
  t.end()
})

void t.test('what only looks like DER is refused, however long it says it is', t => {
  for (const bytes of ['0387', '038701020304050607', '0388ffffffffffffffff', '03ff', '0382ff', '3085']) {
    t.throws(() => valuesIn(Buffer.from(bytes, 'hex')), { code: 'PRESENTATION_REFUSED', reason: 'issuer_key_unresolvable' }, bytes)
  }
  t.end()
})
