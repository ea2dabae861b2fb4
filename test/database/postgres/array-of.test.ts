import { Client } from 'pg'
import t from 'tap'
import { arrayOf } from '../../../src/database/postgres/array-of.ts'
import { startPostgres, withoutPostgres } from '../../postgres.ts'

void t.test('an array comes back as it was given, whatever is in it', { skip: withoutPostgres }, async t => {
  const postgres = await startPostgres()
  t.teardown(postgres.stop)
  const client = new Client(postgres.url)
  await client.connect()
  t.teardown(() => client.end())
  t.same((await client.query('SELECT $1::text[] AS value', [arrayOf(['a\0', 'b'])])).rows, [{ value: ['a\ufffd', 'b'] }], 'what no text may have')
  for (const [type, values] of [
    ['text', ['a', null, '', '"', '{}', '\\', ',', 'NULL', 'é☃😀', ' ', '\n']],
    ['text', [null, null]],
    ['text', []],
    ['bytea', [Buffer.from([0, 255]), null, Buffer.alloc(0), Buffer.from('\\x00')]],
    ['bytea', [null]],
    ['int', [0, -1, null, 2 ** 31 - 1]],
    ['float8', [2 ** 53, 0.5]],
    ['boolean', [true, null, false]],
  ] as const) {
    const { rows } = await client.query<{ value: unknown }>(`SELECT value FROM unnest($1::${type}[]) WITH ORDINALITY AS g (value, n) ORDER BY n`, [arrayOf(values)])
    t.same(rows.map(({ value }) => value), values, type)
  }
})
