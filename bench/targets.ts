/** What a run found, each figure the median of its repetitions; a figure that was not measured is absent. */
export type Figures = { readonly [name: string]: number | undefined }

export interface Target {
  readonly figure: string
  readonly of: (figures: Figures) => number | undefined
  readonly unit: '' | ' ms' | ' MB'
  readonly must: number
  /** What a kept run measured, where it missed `must` (docs/performance.md): what falls below it is a regression. */
  readonly known?: number
  readonly goal: number
  /** Whether a higher figure is a better one. */
  readonly higher: boolean
  /** A ratio of two figures of one run, which holds on any machine. */
  readonly isRatio: boolean
  /** How far past that, or past `must`, noise alone may push it, as a share of it. */
  readonly slack: number
}

const higher = { unit: '', higher: true, isRatio: true, slack: 0.15 } as const
const lower = { unit: '', higher: false, isRatio: true, slack: 0.5 } as const
const milliseconds = { unit: ' ms', higher: false, isRatio: false, slack: 0.5 } as const
const megabytes = { unit: ' MB', higher: false, isRatio: false, slack: 0.1 } as const

export const targets: readonly Target[] = [
  { ...higher, figure: 'durable accepts / bare Fastify', of: ratio('acceptsPerSecond', 'barePerSecond'), must: 0.4, known: 0.28, goal: 0.65 },
  { ...lower, figure: 'p99 of those / bare', of: ratio('acceptsP99', 'bareP99'), must: 8, goal: 4 },
  { ...higher, figure: 'end to end / Node-RED', of: ratio('eventsPerSecond', 'nodeRedPerSecond'), must: 2.5, known: 1.3, goal: 4 },
  { ...milliseconds, figure: 'callback to event, idle, median', of: ({ eventMedian }) => eventMedian, must: 4, goal: 3 },
  { ...milliseconds, figure: 'callback to event, idle, p99', of: ({ eventP99 }) => eventP99, must: 15, goal: 10 },
  { ...megabytes, figure: 'memory at rest', of: ({ megabytesAtRest }) => megabytesAtRest, must: 130, goal: 100 },
  { ...megabytes, figure: 'memory under full load', of: ({ megabytesUnderLoad }) => megabytesUnderLoad, must: 220, goal: 150 },
  { ...milliseconds, figure: 'start to ready', of: ({ readyMs }) => readyMs, must: 700, goal: 400 },
  { ...higher, figure: 'PostgreSQL: durable accepts / bare Fastify', of: ratio('postgresPerSecond', 'barePerSecond'), must: 0.3, known: 0.14, goal: 0.4 },
  { ...higher, figure: 'accepts, full journal / 1 000 kept', of: ratio('acceptsFull', 'acceptsFew'), must: 0.9, goal: 1 },
  { ...higher, figure: 'end to end, full journal / 1 000 kept', of: ratio('eventsFull', 'eventsFew'), must: 0.9, goal: 1 },
  { ...higher, figure: 'backlog drained / sustained rate', of: ratio('backlogPerSecond', 'eventsPerSecond'), must: 0.9, goal: 1 },
  { ...lower, figure: 'p99 of replies during it / idle', of: ratio('backlogReplyP99', 'idleReplyP99'), must: 2, known: 6, goal: 2 },
]

export type Verdict = 'goal' | 'must' | 'missed' | 'not measured'

export function verdictOf (target: Target, figures: Figures): Verdict {
  const value = target.of(figures)
  if (value === undefined || Number.isNaN(value)) return 'not measured'
  return meets(target, value, target.goal) ? 'goal' : meets(target, value, target.must) ? 'must' : 'missed'
}

/** The ratios that fell below their floor by more than noise: what a regression looks like. */
export function regressionsIn (figures: Figures): string[] {
  return targets.filter(({ isRatio }) => isRatio).flatMap(target => {
    const { figure, of, must, known = must, slack } = target
    const value = of(figures)
    const floor = target.higher ? known * (1 - slack) : known * (1 + slack)
    if (value === undefined || Number.isNaN(value) || meets(target, value, floor)) return []
    return [`${figure} is ${value.toFixed(2)}, and was ${target.higher ? 'at least' : 'at most'} ${known} (${floor.toFixed(2)} with slack for noise)`]
  })
}

function meets ({ higher }: Target, value: number, floor: number): boolean {
  return higher ? value >= floor : value <= floor
}

function ratio (over: string, under: string): Target['of'] {
  return figures => figures[over] === undefined || figures[under] === undefined ? undefined : figures[over] / figures[under]
}
