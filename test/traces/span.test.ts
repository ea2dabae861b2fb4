import t from 'tap'
import { createSpans, type EndedSpan } from '../../src/traces/span.ts'

const caller = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

function open () {
  const taken: EndedSpan[] = []
  let time = 1_700_000_000_000
  return { taken, ...createSpans({ take: span => taken.push(span), now: () => time += 1.5 }) }
}

void t.test('a span is a child of the caller, and the parent of what it is handed to', async t => {
  const { taken, arrive, start } = open()
  const above = arrive('GET /a', 'server', caller)
  const below = start('append', 'internal', above!.traceparent, { a: 1 })
  below!.end({ b: 'two' })
  above!.end({}, 'answered 500')
  const [child, parent] = taken
  t.match(parent, { traceId: '0af7651916cd43dd8448eb211c80319c', parentId: 'b7ad6b7169203331', kind: 'server', trouble: 'answered 500' })
  t.match(child, { traceId: parent!.traceId, parentId: parent!.id, attributes: { a: 1, b: 'two' } })
  t.notMatch(child, { trouble: String })
  t.ok(parent!.begin < child!.begin && child!.end < parent!.end, 'one within the other')
  t.equal(above!.traceparent, `00-${parent!.traceId}-${parent!.id}-01`)
})

void t.test('who asks for no sampling gets none; who brings no trace, or none that is well-formed, begins one', async t => {
  const { arrive, start } = open()
  t.equal(arrive('GET /a', 'server', caller.replace(/01$/, '00')), undefined)
  t.equal(arrive('GET /a', 'server', caller.replace(/01$/, 'fe')), undefined)
  t.ok(arrive('GET /a', 'server', caller.replace(/01$/, 'ff')))
  for (const header of ['', 'nonsense', `${caller}, ${caller}`, caller.replace('b7ad6b7169203331', '0000000000000000'), caller.toUpperCase()]) {
    t.match(arrive('GET /a', 'server', header)?.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/, header)
    t.equal(start('append', 'internal', header), undefined, 'but nothing of ours begins one later on')
  }
})

void t.test('a span ends once', async t => {
  const { taken, arrive } = open()
  const span = arrive('GET /a', 'server', '')
  span!.end({ first: true })
  span!.end({ second: true })
  t.match(taken, [{ attributes: { first: true } }])
})

void t.test('the clock is the wall clock', async t => {
  const taken: EndedSpan[] = []
  createSpans({ take: span => taken.push(span) }).arrive('GET /a', 'server', '')!.end()
  t.ok(Math.abs(taken[0]!.begin - Date.now()) < 1000)
  t.ok(taken[0]!.end >= taken[0]!.begin)
})
