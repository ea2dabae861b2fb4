import t from 'tap'
import type { Callback } from '../../src/domain/callback.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { OpenProvider } from '../../src/providers/provider.ts'
import type { Visits } from '../../src/providers/visits.ts'
import { createSpans, type EndedSpan, type Span } from '../../src/traces/span.ts'
import { tracedProvider } from '../../src/traces/traced-provider.ts'

const request = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const callback: Callback = { provider: 'toy', channel: 'front', key: 'k', parameters: {}, traceparent: request }

function open (visits: Partial<Visits>) {
  const spans: EndedSpan[] = []
  const provider = { name: 'toy', visits, fetchResult: async ({ traceparent }: Callback) => ({ status: 'DONE', data: { traceparent } }) } as unknown as OpenProvider
  return { spans, ...tracedProvider(provider, { ...createSpans({ take: span => spans.push(span) }), attempts: new WeakMap<Callback, Span>() }) }
}

void t.test('what a user waits for is a call below the request, and what comes of it is the request\'s', async t => {
  const asked: string[] = []
  const arrive = async (_query: string, traceparent: string) => { asked.push(traceparent); return { callback: { ...callback, traceparent } } }
  const { visits, spans } = open({ arriving: { arrive } as unknown as NonNullable<Visits['arriving']> })
  const arrived = await visits!.arriving!.arrive('code=1', request, AbortSignal.timeout(1000))
  t.match(spans, [{ name: 'toy arrive', kind: 'client', parentId: 'b7ad6b7169203331' }])
  t.strictSame(asked, [`00-0af7651916cd43dd8448eb211c80319c-${spans[0]!.id}-01`])
  t.equal(arrived.callback.traceparent, request)
})

void t.test('a call that failed says its code, and fails all the same', async t => {
  const arrive = async () => { throw new Failure('PROVIDER_AWAY', { reason: 'no route' }) }
  const { visits, spans } = open({ arriving: { arrive } as unknown as NonNullable<Visits['arriving']> })
  await t.rejects(visits!.arriving!.arrive('code=1', request, AbortSignal.timeout(1000)), { code: 'PROVIDER_AWAY' })
  t.match(spans, [{ attributes: { 'error.type': 'PROVIDER_AWAY' }, trouble: 'no route' }])
})

void t.test('a result that is asked for outside of an attempt, as doctor does, is no part of a trace', async t => {
  const { fetchResult, spans, visits } = open({})
  t.match(await fetchResult(callback, AbortSignal.timeout(1000)), { data: { traceparent: request } })
  t.strictSame(spans, [])
  t.equal(visits!.arriving, undefined)
})
