import type { MetricObject } from 'prom-client'

type Labels<L extends string> = { readonly [label in L]: string | number }
interface Named<L extends string> { readonly figures: Figure[], readonly name: string, readonly help: string, readonly labels?: readonly L[] }

export interface Counter<L extends string> { inc (labels: Labels<L>, by?: number): void }
export interface Histogram<L extends string> { observe (labels: Labels<L>, value: number): void }
export interface Gauge<L extends string> { set (labels: Labels<L>, value: number): void, reset (): void }

/** As prom-client's registry takes it, which is loaded when somebody asks. */
export interface Figure { readonly name: string, get (): Promise<MetricObject & { readonly values: readonly Value[] }> }

interface Value { readonly labels: { readonly [label: string]: string | number }, readonly value: number, readonly metricName?: string }

/**
 * Counters and histograms for the path that every callback takes: prom-client's own cost a microsecond and more for each look at their
 * labels, these a tenth of it. They are put into its form when somebody asks.
 */
export function createCounter<L extends string> ({ figures, name, help, labels = [] }: Named<L>): Counter<L> {
  const rowOf = createRows(labels, () => ({ count: 0 }))
  register(figures, { name, help, type: 'counter' }, () => rowOf.all().map(({ labels, row }) => ({ labels, value: row.count })))
  return { inc: (given, by = 1) => { rowOf(given).count += by } }
}

export function createHistogram<L extends string> ({ figures, name, help, labels = [], buckets }: Named<L> & { readonly buckets: readonly number[] }): Histogram<L> {
  const rowOf = createRows(labels, () => ({ counts: Array.from({ length: buckets.length + 1 }, () => 0), sum: 0 }))
  register(figures, { name, help, type: 'histogram' }, () => rowOf.all().flatMap(({ labels, row: { counts, sum } }) => {
    let count = 0
    const steps = counts.map((each, i) => ({ metricName: `${name}_bucket`, labels: { ...labels, le: buckets[i] ?? '+Inf' }, value: count += each }))
    return [...steps, { metricName: `${name}_sum`, labels, value: sum }, { metricName: `${name}_count`, labels, value: count }]
  }))
  return {
    observe (given, value) {
      const row = rowOf(given)
      let bucket = 0
      while (bucket < buckets.length && value > buckets[bucket]!) bucket++
      row.counts[bucket]!++
      row.sum += value
    },
  }
}

export function createGauge<L extends string> ({ figures, name, help, labels = [] }: Named<L>): Gauge<L> {
  const rowOf = createRows(labels, () => ({ value: 0 }))
  register(figures, { name, help, type: 'gauge' }, () => rowOf.all().map(({ labels, row: { value } }) => ({ labels, value })))
  return { set: (given, value) => { rowOf(given).value = value }, reset: rowOf.clear }
}

/** One row for each combination of label values; a figure without labels has its row from the start. */
function createRows<L extends string, R> (names: readonly L[], make: () => R) {
  const rows = new Map<string, { readonly labels: Labels<L>, readonly row: R }>()
  const rowOf = (labels: Labels<L>): R => {
    let name = ''
    for (const label of names) name += `${labels[label]}\n`
    let found = rows.get(name)
    if (found === undefined) {
      found = { labels, row: make() }
      rows.set(name, found)
    }
    return found.row
  }
  if (names.length === 0) rowOf({} as Labels<L>)
  return Object.assign(rowOf, { all: () => [...rows.values()], clear: () => rows.clear() })
}

function register (figures: Figure[], { name, help, type }: { readonly name: string, readonly help: string, readonly type: 'counter' | 'histogram' | 'gauge' }, valuesOf: () => Value[]): void {
  figures.push({ name, get: async () => ({ name, help, type: type as never, aggregator: 'sum', collect: () => {}, values: valuesOf() }) })
}
