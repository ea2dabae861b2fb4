import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { resolve } from 'node:path'

interface Lines { readonly total: number, readonly covered: number }

// `tap report json-summary` leaves this behind; it knows only files that a test loaded.
const summary = JSON.parse(readFileSync('.tap/report/coverage-summary.json', 'utf8')) as { [file: string]: { lines: Lines } }
const minimum = Number(process.argv[2] ?? 95)

const rows = globSync('src/**/*.ts').toSorted().map(file => ({ file, ...summary[resolve(file)]?.lines ?? unloaded(file) }))
const total = sum(rows.map(row => row.total))
const percent = total === 0 ? 0 : 100 * sum(rows.map(row => row.covered)) / total

for (const { file, total, covered } of rows) {
  if (covered < total * minimum / 100) console.log(`${file}: ${covered} of ${total} lines`)
}
console.log(`Coverage of src/ by lines: ${percent.toFixed(2)} % (at least ${minimum} % wanted).`)
process.exitCode = percent < minimum ? 1 : 0

function unloaded (file: string): Lines {
  const text = readFileSync(file, 'utf8')
  // A contract of types alone is never loaded, since its imports are erased.
  const code = stripTypeScriptTypes(text, { mode: 'strip' }).replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '').replaceAll(/export \{\s*\}/g, '')
    .replaceAll(/^import .*$/gm, '')
  return { total: code.trim() === '' ? 0 : text.split('\n').length, covered: 0 }
}

function sum (numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
