import t from 'tap'
import { judge } from './memory.ts'

const hour = (mibAt: (minute: number) => number) => Array.from({ length: 61 }, (_, minute) => ({ at: minute * 60_000, mib: mibAt(minute) }))

void t.test('memory that warms up and then goes to and fro is flat; one that grows is not', t => {
  t.match(judge(hour(minute => minute < 5 ? 100 + 20 * minute : 200 + minute % 7 * 10)), { isFlat: true })
  t.match(judge(hour(minute => 150 + minute * 2)), { isFlat: false })
  t.match(judge(hour(minute => 150 + minute * 2 - minute % 5)), { isFlat: false })
  t.match(judge(hour(() => 180)), { first: 180, last: 180, isFlat: true })
  t.end()
})
