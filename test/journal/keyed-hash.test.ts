import { createHmac, randomBytes } from 'node:crypto'
import t from 'tap'
import { createKeyedHash } from '../../src/journal/keyed-hash.ts'

// RFC 4231 §4.2-4.3: the cases whose key fits a block and whose data is text
const vectors = [
  { secret: Buffer.alloc(20, 0x0b), text: 'Hi There', hash: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7' },
  { secret: Buffer.from('Jefe'), text: 'what do ya want for nothing?', hash: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843' },
]

void t.test('the vectors of RFC 4231', async t => {
  for (const { secret, text, hash } of vectors) t.equal(Buffer.from(createKeyedHash(secret)(text)).toString('hex'), hash)
})

void t.test('it is the HMAC of Node, whatever the text', async t => {
  for (const secret of [randomBytes(32), randomBytes(64), Buffer.alloc(0)]) {
    const hashOf = createKeyedHash(secret)
    for (const text of ['', 'a', 'ä☃𝄞', '\ud800 alone', 'x'.repeat(1984), '☃'.repeat(700), 'long'.repeat(50_000), 'short again', '\0']) {
      t.same(hashOf(text), createHmac('sha256', secret).update(text).digest(), `${text.length} characters, ${secret.length} bytes`)
    }
  }
})

void t.test('a hash that was given stays as it is', async t => {
  const hashOf = createKeyedHash(randomBytes(32))
  const first = hashOf('first')
  const kept = Buffer.from(first)
  hashOf('second')
  t.same(first, kept)
})

void t.test('a secret beyond one block is refused', async t => {
  t.throws(() => createKeyedHash(randomBytes(65)), RangeError)
})
