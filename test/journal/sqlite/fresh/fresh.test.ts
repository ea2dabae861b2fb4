import t from 'tap'
import { endOf, nextEventOf, unpublishedOf } from '../../../../src/journal/sqlite/fresh/fresh.ts'
import { freshOf, toldOf } from './fresh-of.ts'

const cases = [
  { title: 'nothing was told', told: undefined, next: undefined, unpublished: 0, end: 7 },
  { title: 'there was nothing to say', told: toldOf(), next: undefined, unpublished: 0, end: 50 },
  { title: 'no event is acknowledged', told: toldOf(undefined, undefined), next: 'e0', unpublished: 2, end: 50 },
  { title: 'the first one is', told: toldOf(60, undefined), next: 'e1', unpublished: 1, end: 50 },
  { title: 'all are', told: toldOf(60, 70), next: undefined, unpublished: 0, end: 70 },
]

for (const { title, told, next, unpublished, end } of cases) {
  void t.test(`its next event, how many wait and when it ended, while ${title}`, async t => {
    const fresh = freshOf(7, { told })
    t.same([nextEventOf(fresh)?.event.id, unpublishedOf(fresh), endOf(fresh)], [next, unpublished, end])
  })
}
