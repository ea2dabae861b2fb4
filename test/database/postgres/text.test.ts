import t from 'tap'
import { textFor } from '../../../src/database/postgres/text.ts'

void t.test('a NUL becomes the replacement character, all else stays', async t => {
  for (const [text, taken] of [['', ''], ['a', 'a'], ['\0', '\ufffd'], ['a\0b\0', 'a\ufffdb\ufffd'], ['é☃😀\n', 'é☃😀\n']] as const) t.equal(textFor(text), taken, JSON.stringify(text))
})
