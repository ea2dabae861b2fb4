import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { quick, whole } from './amounts.ts'
import type { Bench } from './bench.ts'
import { createIds } from './ids.ts'
import { conditionsOf, leaveFirstCore } from './machine.ts'
import { measure } from './measure.ts'
import { showStages } from './scenarios/stages.ts'
import { soak } from './scenarios/soak.ts'
import { checkTable, spreadTable, targetTable } from './table.ts'
import { regressionsIn } from './targets.ts'

const { values: asked } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    peers: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    stages: { type: 'boolean', default: false },
    soak: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
  },
})

leaveFirstCore()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1)) // what it started ends with it
const folder = await mkdtemp(join(tmpdir(), 'callback-receiver-bench-'))
setTimeout(() => { console.error('the bench hangs, and is ended'); process.exit(1) }, 20 * 60_000).unref()
process.once('exit', () => { rmSync(folder, { recursive: true, force: true }) })
process.exit(await run())

async function run (): Promise<number> {
  const { minutes, ...amounts } = asked.quick ? quick : whole
  const end = performance.now() + minutes * 60_000
  const bench: Bench = { ids: createIds(), amounts, folder, checks: [], left: () => Math.max(0, end - performance.now()), note }
  if (asked.stages) { console.log(await showStages(bench)); return 0 }
  if (asked.soak) { console.log(await soak(bench)); return 0 }

  const conditions = { ...conditionsOf(folder), quick: asked.quick }
  const { spreads, figures } = await measure(bench, { peers: asked.peers, only: asked.only })
  const lost = bench.checks.reduce((sum, { isPeer = false, missing }) => isPeer ? sum : sum + missing, 0)
  const regressions = regressionsIn(figures)
  console.log(`\n${targetTable(figures)}\n\n${spreadTable(spreads)}\n\n${checkTable(bench.checks)}\n\n${JSON.stringify(conditions)}`)
  await keep({ conditions, figures, spreads, checks: bench.checks })
  if (conditions.loadAverageBefore > 0.5) console.log('\nSomebody else was at work on this machine: these figures are not to be kept.')
  if (lost > 0) console.log(`\n${lost} acknowledged callbacks had no event.`)
  for (const regression of asked.check ? regressions : []) console.log(`\n${regression}`)
  return lost > 0 || (asked.check && regressions.length > 0) ? 1 : 0
}

function note (text: string): void {
  console.log(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}`)
}

async function keep (results: object): Promise<void> {
  const place = join(import.meta.dirname, 'results')
  await mkdir(place, { recursive: true })
  await writeFile(join(place, 'latest.json'), `${JSON.stringify(results, null, 2)}\n`)
}
