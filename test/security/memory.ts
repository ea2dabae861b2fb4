export interface Sample { readonly at: number, readonly mib: number }

export interface Verdict { readonly first: number, readonly last: number, readonly isFlat: boolean }

/**
 * Whether memory stays: the least that the last quarter of the time held against the least of the first one, since what is there at the best moment is
 * what no collection frees. A tenth and 8 MiB more are no growth. The first tenth of the time is warming up.
 */
export function judge (samples: readonly Sample[]): Verdict {
  const [begin, end] = [samples[0]?.at ?? 0, samples.at(-1)?.at ?? 0]
  const warm = begin + (end - begin) / 10
  const quarter = (end - warm) / 4
  const least = (from: number, to: number) => Math.min(...samples.filter(({ at }) => at >= from && at <= to).map(({ mib }) => mib))
  const [first, last] = [least(warm, warm + quarter), least(end - quarter, end)]
  return { first, last, isFlat: last <= first * 1.1 + 8 }
}
