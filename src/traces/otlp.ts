import { kinds, type Attributes, type EndedSpan } from './span.ts'

const scope = { name: 'callback-receiver' } as const

/**
 * `ExportTraceServiceRequest` in the JSON of OTLP 1.x: ids as lower-case hex, 64-bit numbers as texts, enums as numbers, names in
 * camel case. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function toOtlp (spans: readonly EndedSpan[], resource: Attributes): string {
  return JSON.stringify({ resourceSpans: spans.length === 0 ? [] : [{ resource: { attributes: toKeyValues(resource) }, scopeSpans: [{ scope, spans: spans.map(toSpan) }] }] })
}

function toSpan ({ traceId, id, parentId, name, kind, begin, end, attributes, trouble }: EndedSpan): object {
  return {
    traceId,
    spanId: id,
    ...parentId !== undefined && { parentSpanId: parentId },
    flags: 1, // sampled
    name,
    kind: kinds[kind],
    startTimeUnixNano: toNanoseconds(begin),
    endTimeUnixNano: toNanoseconds(end),
    attributes: toKeyValues(attributes),
    status: trouble === undefined ? {} : { code: 2, message: trouble },
  }
}

/** To the microsecond, which is all that the clock knows. */
function toNanoseconds (milliseconds: number): string {
  return `${Math.round(milliseconds * 1000)}000`
}

function toKeyValues (attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toAnyValue(value) }))
}

function toAnyValue (value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
