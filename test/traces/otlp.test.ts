import t from 'tap'
import { toOtlp } from '../../src/traces/otlp.ts'
import type { EndedSpan } from '../../src/traces/span.ts'
import { exportRequest } from './collector.ts'

const span: EndedSpan = {
  traceId: '0af7651916cd43dd8448eb211c80319c', id: 'b7ad6b7169203331', parentId: '00f067aa0ba902b7', name: 'GET /a', kind: 'producer', begin: 1_700_000_000_000.25, end: 1_700_000_000_001.5,
  attributes: { text: 'a "b"', whole: 200, part: 0.5, yes: true }, trouble: 'no',
}

void t.test('spans are what the schema of OTLP has: hex ids, nanoseconds and whole numbers as texts, enums as numbers', async t => {
  const json = JSON.parse(toOtlp([span], { 'service.name': 'it' })) as object
  t.ok(exportRequest(json), JSON.stringify(exportRequest.errors))
  t.strictSame(json, { resourceSpans: [{
    resource: { attributes: [{ key: 'service.name', value: { stringValue: 'it' } }] },
    scopeSpans: [{ scope: { name: 'callback-receiver' }, spans: [{
      traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', parentSpanId: '00f067aa0ba902b7', flags: 1, name: 'GET /a', kind: 4,
      startTimeUnixNano: '1700000000000250000', endTimeUnixNano: '1700000000001500000',
      attributes: [{ key: 'text', value: { stringValue: 'a "b"' } }, { key: 'whole', value: { intValue: '200' } }, { key: 'part', value: { doubleValue: 0.5 } }, { key: 'yes', value: { boolValue: true } }],
      status: { code: 2, message: 'no' },
    }] }],
  }] })
})

void t.test('what went well has no status, a root has no parent, and nothing is a request too', async t => {
  const { trouble: _trouble, parentId: _parentId, ...plain } = span
  const json = JSON.parse(toOtlp([plain], {})) as { readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly object[] }[] }[] }
  t.ok(exportRequest(json), JSON.stringify(exportRequest.errors))
  t.strictSame(Object.keys(json.resourceSpans[0]!.scopeSpans[0]!.spans[0]!).includes('parentSpanId'), false)
  t.match(json.resourceSpans[0]!.scopeSpans[0]!.spans[0], { status: {} })
  t.strictSame(JSON.parse(toOtlp([], {})), { resourceSpans: [] })
})
