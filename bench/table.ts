import { targets, verdictOf, type Figures } from './targets.ts'
import type { Check } from './bench.ts'
import type { Spread } from './statistics.ts'

/** The targets and how they were met, as a Markdown table. */
export function targetTable (figures: Figures): string {
  return tableOf(['figure, in one run on one core', 'measured', 'must', 'goal', ''], targets.map(target => {
    const { figure, unit, must, goal, of } = target
    const value = of(figures)
    const verdict = verdictOf(target, figures)
    return [figure, value === undefined ? '–' : shown(value) + unit, `${must}${unit}`, `${goal}${unit}`, { goal: 'goal met', must: 'must met', missed: 'missed', 'not measured': 'not measured' }[verdict]]
  }))
}

/** What was measured, with its spread. */
export function spreadTable (spreads: { readonly [name: string]: Spread }): string {
  return tableOf(['measured', 'median', 'lowest', 'highest', 'runs'],
    Object.entries(spreads).map(([name, { median, low, high, runs }]) => [name, shown(median), shown(low), shown(high), String(runs)]))
}

export function checkTable (checks: readonly Check[]): string {
  return tableOf(['every acknowledged callback had its event', 'events', 'lost', 'repeated'],
    checks.map(({ of, events, missing, repeats }) => [of, String(events), String(missing), String(repeats)]))
}

export function tableOf (head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, 3, ...rows.map(row => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)).join(' | ')} |`
  return [line(head), `|${widths.map((width, i) => i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`).join('|')}|`, ...rows.map(line)].join('\n')
}

function shown (value: number): string {
  if (Math.abs(value) >= 1000) return String(Math.round(value))
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2)
}
