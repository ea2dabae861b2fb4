import t from 'tap'
import { eventStatuses } from '../../src/domain/event.ts'

void t.test("an event's status is one of the contract's four, and fits a topic's level and an event's type", async t => {
  t.strictSame(eventStatuses, ['completed', 'failed', 'pending', 'credentials-required'])
  for (const status of eventStatuses) t.match(status, /^[a-z]+(?:-[a-z]+)*$/)
})
