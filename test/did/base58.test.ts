import t from 'tap'
import { base58Of } from '../../src/did/base58.ts'

// draft-msporny-base58-03 §5
const published = [
  ['2NEpo7TZRRrLZSi2U', Buffer.from('Hello World!').toString('hex')],
  ['USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z', Buffer.from('The quick brown fox jumps over the lazy dog.').toString('hex')],
  ['11233QC4', '0000287fb4cd'],
] as const

void t.test('a text in base58 is the bytes that its specification says', async t => {
  for (const [text, hex] of published) t.equal(base58Of(text).toString('hex'), hex, text)
})
