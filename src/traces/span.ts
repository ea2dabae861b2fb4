import { randomBytes } from 'node:crypto'

/** Their numbers in OTLP. */
export const kinds = { internal: 1, server: 2, client: 3, producer: 4 } as const
export type Attributes = { readonly [name: string]: string | number | boolean }

/** A piece of work that is over. Times are milliseconds since 1970, with their fractions. */
export interface EndedSpan {
  readonly traceId: string
  readonly id: string
  readonly parentId?: string
  readonly name: string
  readonly kind: keyof typeof kinds
  readonly begin: number
  readonly end: number
  readonly attributes: Attributes
  /** Why it failed, for people; absent: it did not. */
  readonly trouble?: string
}

/** A piece of work that is under way. */
export interface Span {
  /** What its own children, here or elsewhere, are given as their parent. */
  readonly traceparent: string
  /** Only the first end counts. */
  end (attributes?: Attributes, trouble?: string): void
}

/** Undefined where the caller asked for no sampling: then nothing is kept. */
export type StartSpan = (name: string, kind: keyof typeof kinds, parent: string, attributes?: Attributes) => Span | undefined

export interface SpanParts {
  readonly take: (span: EndedSpan) => void
  readonly now?: () => number
}

// W3C Trace Context §3.2.2: version 00, no all-zero ids; the last bit of the flags says "sampled"
const wellFormed = /^00-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-[0-9a-f]([0-9a-f])$/

/** Begins spans: `start` below a `traceparent` that was taken up before, `arrive` below a stranger's, or where there is none, as a new trace. */
export function createSpans ({ take, now = steadyClock() }: SpanParts): { readonly start: StartSpan, readonly arrive: StartSpan } {
  function begun (name: string, kind: keyof typeof kinds, given: Attributes, traceId: string, parentId?: string): Span {
    const id = randomBytes(8).toString('hex')
    const begin = now()
    let isOver = false
    return {
      traceparent: `00-${traceId}-${id}-01`,
      end (more = {}, trouble) {
        if (isOver) return
        isOver = true
        take({ traceId, id, ...parentId !== undefined && { parentId }, name, kind, begin, end: Math.max(begin, now()), attributes: { ...given, ...more }, ...trouble !== undefined && { trouble } })
      },
    }
  }

  const start: StartSpan = (name, kind, parent, attributes = {}) => {
    const [, traceId, parentId, flags = '0'] = wellFormed.exec(parent) ?? []
    return traceId === undefined || Number.parseInt(flags, 16) % 2 === 0 ? undefined : begun(name, kind, attributes, traceId, parentId)
  }
  return {
    start,
    arrive: (name, kind, parent, attributes = {}) => wellFormed.test(parent) ? start(name, kind, parent, attributes) : begun(name, kind, attributes, randomBytes(16).toString('hex')),
  }
}

/** The wall clock, finer than a millisecond: spans of one trace keep their order. It follows when the wall clock is set. */
function steadyClock (): () => number {
  let origin = Date.now() - performance.now()
  return () => {
    const time = origin + performance.now()
    const away = Date.now() - time
    if (Math.abs(away) < 50) return time
    origin += away
    return time + away
  }
}
