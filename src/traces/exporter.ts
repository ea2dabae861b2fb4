import { Failure } from '../domain/failure.ts'
import { toOtlp } from './otlp.ts'
import type { Attributes, EndedSpan } from './span.ts'

export interface ExporterParts {
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`: the collector's base, below which it takes traces at `/v1/traces`. */
  readonly base: string
  /** `OTEL_EXPORTER_OTLP_HEADERS`: NAME=VALUE, values percent-encoded. */
  readonly headers: readonly string[]
  readonly resource: Attributes
  readonly count: (result: 'exported' | 'refused' | 'dropped', spans: number) => void
  readonly log: { info (fields: object, message: string): void, warn (fields: object, message: string): void }
  /** Milliseconds that a span waits for others to go with. */
  readonly every?: number
  /** Milliseconds until a collector that is away is tried again; doubled each time, to half a minute. */
  readonly pause?: number
  /** How many spans wait at most: what comes beyond that is dropped. */
  readonly most?: number
}

export type Exporter = ReturnType<typeof openExporter>

const atOnce = 512
const patience = 10_000
const longestPause = 30_000

/** Spans to a collector, over OTLP/HTTP with JSON, in batches and one at a time. It never holds up or fails who brings a span. */
export function openExporter ({ base, headers, resource, count, log, every = 1000, pause = 1000, most = 4096 }: ExporterParts) {
  const url = `${base.replace(/\/+$/, '')}/v1/traces`
  const sent = { 'content-type': 'application/json', ...headersOf(headers) }
  const leaving = new AbortController()
  const waiting: EndedSpan[] = []
  let sending: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let failures = 0

  function take (span: EndedSpan): void {
    if (leaving.signal.aborted || waiting.length >= most) { count('dropped', 1); return }
    waiting.push(span)
    if (timer === undefined && sending === undefined) sendIn(waiting.length >= atOnce ? 0 : every)
    else if (waiting.length === atOnce && failures === 0) sendIn(0)
  }

  function sendIn (milliseconds: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      timer = undefined
      sending ??= sendAll().finally(() => { sending = undefined; if (waiting.length > 0 && timer === undefined) sendIn(every) })
    }, milliseconds).unref()
  }

  /** Ends with fewer than make a batch, or with a collector that wants to be asked later. */
  async function sendAll (): Promise<void> {
    do {
      const later = await sendSome()
      if (later !== undefined) { sendIn(later); return }
    } while (waiting.length >= atOnce)
  }

  /** Gives the milliseconds until the next try when the collector is away: then the spans stay, as long as there is room. */
  async function sendSome (): Promise<number | undefined> {
    const batch = waiting.slice(0, atOnce)
    try {
      const reply = await ask(batch)
      // OTLP 1.x, "Failures": these four are tried again, nothing else is
      if ([429, 502, 503, 504].includes(reply.status)) return away(`it answered ${reply.status}`, Number(reply.headers.get('retry-after') ?? 0) * 1000)
      waiting.splice(0, batch.length)
      const refused = reply.ok ? await refusedIn(reply) : batch.length
      if (refused < batch.length) count('exported', batch.length - refused)
      if (refused > 0) count('refused', refused)
      if (reply.ok) present()
      else away(`it answered ${reply.status}`)
    } catch (thrown) {
      return away(reasonOf(thrown))
    }
    return undefined
  }

  function ask (spans: readonly EndedSpan[]): Promise<Response> {
    return fetch(url, { method: 'POST', headers: sent, body: toOtlp(spans, resource), redirect: 'error', signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(patience)]) })
  }

  function away (reason: string, wished = 0): number {
    if (failures === 0) log.warn({ reason }, 'traces not exported')
    const wait = Math.min(longestPause, Math.max(pause * 2 ** failures, Number.isFinite(wished) ? wished : 0))
    failures = Math.min(failures + 1, 16)
    return wait
  }

  function present (): void {
    if (failures > 0) log.info({ waiting: waiting.length }, 'traces exported again')
    failures = 0
  }

  return {
    take,
    /** Proves that the collector takes traces; throws `ADDRESS_AWAY`. */
    async check (): Promise<void> {
      const reply = await ask([]).catch((thrown: unknown) => { throw new Failure('ADDRESS_AWAY', { reason: `The collector cannot be reached (${reasonOf(thrown)}).` }) })
      await reply.body?.cancel()
      if (!reply.ok) throw new Failure('ADDRESS_AWAY', { reason: `The collector answered ${reply.status}.` })
    },
    /** Sends what waits, as far as `grace` milliseconds allow; after it nothing is taken. */
    async close (grace: number): Promise<void> {
      clearTimeout(timer)
      const end = setTimeout(() => leaving.abort(), grace)
      await sending
      clearTimeout(timer)
      while (waiting.length > 0 && !leaving.signal.aborted && await sendSome() === undefined);
      clearTimeout(end)
      leaving.abort()
      if (waiting.length > 0) count('dropped', waiting.length)
      waiting.length = 0
    },
  }
}

/** W3C Baggage §3.3.1: the value is percent-encoded. */
function headersOf (pairs: readonly string[]): { readonly [name: string]: string } {
  return Object.fromEntries(pairs.map(pair => {
    const at = pair.indexOf('=')
    return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]
  }))
}

/** A collector may take a batch, and yet refuse some of it. */
async function refusedIn (reply: Response): Promise<number> {
  const { partialSuccess } = await reply.json().catch(() => ({})) as { readonly partialSuccess?: { readonly rejectedSpans?: string | number } }
  return Number(partialSuccess?.rejectedSpans ?? 0) || 0
}

/** Names the kind of fault, and never the address: it may hold a secret. */
function reasonOf (thrown: unknown): string {
  const { name, cause } = thrown as { readonly name?: unknown, readonly cause?: { readonly code?: unknown } }
  return typeof cause?.code === 'string' ? cause.code : String(name)
}
