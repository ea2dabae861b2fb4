import type { Amounts } from './bench.ts'

/** The whole run: fifteen minutes at most. V8 compiles for the first seconds of work, on the very core that is measured: what comes later is what can be sustained. */
export const whole: Amounts & { readonly minutes: number } = {
  repetitions: 3, warmUpSeconds: 8, seconds: 5, singles: 1000, starts: 7, kept: 1_000_000, backlog: 200_000, minutes: 15,
}

/** Enough to see that all of it works, in ninety seconds: its figures are no figures. */
export const quick: typeof whole = {
  repetitions: 1, warmUpSeconds: 0.5, seconds: 1, singles: 150, starts: 2, kept: 20_000, backlog: 5000, minutes: 1.5,
}
