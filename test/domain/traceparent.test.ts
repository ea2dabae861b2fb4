import t from 'tap'
import { traceIdOf, traceparentIn } from '../../src/domain/traceparent.ts'

const own = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const other = own.replace('0af7', 'ffff')

void t.test('the trace of an event is its own, whatever its texts and data say', async t => {
  t.equal(traceIdOf(own), '0af7651916cd43dd8448eb211c80319c')
  t.equal(traceparentIn(JSON.stringify({ subject: `"traceparent":"${other}"`, traceparent: own, data: { traceparent: other } })), own)
  t.equal(traceparentIn(JSON.stringify({ subject: `"traceparent":"${other}"` })), undefined)
  t.equal(traceparentIn('{"traceparent":""}'), undefined)
})
