import { readFileSync } from 'node:fs'
import t from 'tap'
import { failures } from '../src/domain/failure.ts'

const page = readFileSync(new URL('../docs/operate.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| ([^|]+) \|/gm)].map(([, code, tried]) => [code, tried] as const)

void t.test('what operators may meet is told, and whether it is tried again', async t => {
  const known = Object.entries(failures).filter(([, { status }]) => status >= 500)
    .map(([code, { retry, counts }]) => [code, !retry ? 'no' : counts ? 'yes, counted' : 'yes'] as const)
  const byCode = ([a]: readonly [string | undefined, ...unknown[]], [b]: readonly [string | undefined, ...unknown[]]) => String(a).localeCompare(String(b))
  t.same(rows.toSorted(byCode), known.toSorted(byCode))
})
