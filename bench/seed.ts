import { DatabaseSync } from 'node:sqlite'

/** What a copy has for itself; `n` is its number, from 1. All else is as in the row that is copied. */
const own: { readonly [column: string]: string } = {
  seq: 'seq + n',
  entry: 'entry + n',
  event: 'event + n',
  id: `lower(hex(randomblob(4))) || printf('-0000-7000-8000-%012x', n)`,
  fingerprint: 'randomblob(32)',
  key: keyOf('n'),
  topic: `replace(topic, key, ${keyOf('n')})`,
  head: 'head + n',
  watching: 'watching + n',
}

/**
 * Fills a journal that holds one delivered callback with copies of it, row for row in every table that it left a row in: as large as if
 * all of them had come. Their seals are those of the first, and are never opened. Nobody else may have the file open.
 */
export function seed (file: string, copies: number): void {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; BEGIN')
  for (const table of ['entries', 'watches', 'events']) {
    const columns = db.prepare(`SELECT name FROM pragma_table_info('${table}')`).all().map(({ name }) => String(name))
    const number = Number(db.prepare(`SELECT count(*) AS number FROM ${table}`).get()?.number)
    if (number !== 1) throw new Error(`${table} holds ${number} rows: only one can be copied`)
    db.exec(`
      WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${copies}), first AS MATERIALIZED (SELECT * FROM ${table})
      INSERT INTO ${table} (${columns.join(', ')}) SELECT ${columns.map(column => own[column] ?? `first.${column}`).join(', ')} FROM numbers, first`)
  }
  db.exec('COMMIT')
  db.close()
}

/** Scattered over the index as real ids are, and the same in each table. */
function keyOf (n: string): string {
  return `'rq:' || printf('%08x%014x', (${n} * 2654435761) % 4294967296, ${n}) || ':5zKtXEAq'`
}
