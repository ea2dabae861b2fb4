/** A figure that was measured several times. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
  readonly runs: number
}

export function spreadOf (values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined
  return { median: percentile(values, 50), low: Math.min(...values), high: Math.max(...values), runs: values.length }
}

/** The value that `percent` of all do not exceed; between two values, the line between them. */
export function percentile (values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * percent / 100
  const [below, above] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN]
  return below + (above - below) * (at - Math.floor(at))
}
