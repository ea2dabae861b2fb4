import t from 'tap'
import { parseJsonBody } from '../../src/routes/json-body.ts'

void t.test('JSON is read as it is', async t => {
  for (const text of ['{}', '[]', '1', '"a:b{["', 'null', '{"a":{"b":[{"c":"\\\\"},{"c":"\\":{"}]},"b":1}', '{"é":"😀:"}', '{"a":"","b":":"}', ' {"a" : 1 } ', '{"constructor":1}', `${'['.repeat(64)}${']'.repeat(64)}`]) {
    t.strictSame(parseJsonBody(Buffer.from(text)), JSON.parse(text), text)
  }
})

void t.test('what two readers could read in two ways is refused', async t => {
  for (const [body, issue] of [
    ['{"a":1,"a":1}', /twice/],
    ['{"a":1,"\\u0061":2}', /twice/],
    ['{"b":[{"a":{"x":1,"x":2}}]}', /twice/],
    ['{"a\\\\":1,"a\\\\":2}', /twice/],
    ['{"__proto__":{"a":1}}', /hostile/],
    ['{"\\u005f_proto__":1}', /hostile/],
    ['{"constructor":{"prototype":{"a":1}}}', /hostile/],
    [Buffer.from([0x22, 0xff, 0x22]), /UTF-8/],
    [Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), /UTF-8/],
    [Buffer.from('"a"', 'utf16le'), /not JSON/],
    ['', /not JSON/], ['{', /not JSON/], ['{"a":1}{}', /not JSON/], ['{"a":"\n"}', /not JSON/], ['{a:1}', /not JSON/], ['"', /not JSON/], ['"\\"', /not JSON/],
    ['['.repeat(65), /deep/], ['['.repeat(1_000_000), /deep/], ['{"a":'.repeat(65), /deep/],
    [`{${Array.from({ length: 10_001 }, (_, i) => `"${i}":1`).join()}}`, /members/],
  ] as const) {
    t.throws(() => parseJsonBody(Buffer.from(body)), { code: 'PARAMETERS_INVALID', details: [{ issue, field: 'body', location: 'body' }] }, String(body).slice(0, 40))
  }
})
