import t from 'tap'
import { createRetention } from '../../src/delivery/retention.ts'

const hour = 3_600_000

void t.test('payloads leave after their hours, tombstones 30 days later; a full batch says that there may be more', async t => {
  const asked: unknown[] = []
  const answers = [200, 7, 7]
  const expired = [0, 3, 0]
  const registrations = { forget: async (before: number) => { t.equal(before, 10_000 * hour); return expired.shift() ?? 0 } }
  const journal = { forget: async (before: unknown) => { asked.push(before); return answers.shift() ?? 0 } }
  const retain = createRetention({ journal, registrations, retentionHours: 72, now: () => 10_000 * hour })
  t.equal((await retain()).length, 1)
  t.equal((await retain()).length, 1, 'expired registrations too')
  t.equal((await retain()).length, 0)
  const before = { payloads: 9928 * hour, tombstones: (9928 - 720) * hour, limit: 200 }
  t.same(asked, [before, before, before])
})
