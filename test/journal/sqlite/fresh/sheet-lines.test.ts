import t from 'tap'
import { payloadOf } from '../../../../src/journal/kept-callback.ts'
import { appendedLine, publishedLine, toldLine } from '../../../../src/journal/sqlite/fresh/sheet-lines.ts'
import { callback } from '../../journal-contract.ts'
import { freshOf, toldOf } from './fresh-of.ts'

void t.test('a line says all that a restart needs, whatever the callback says', async t => {
  const given = callback('k"\\\u2028☃', { text: '"]},\u0000\ud800' })
  const fresh = freshOf(3, { attempt: 1, told: toldOf(undefined) })
  t.same(JSON.parse(appendedLine(fresh, payloadOf(given), '{"code":"r"}')), { appended: [3, 'id3', 'AP8iXA==', 3, 0], callback: given, reply: { code: 'r' } })
  t.same(JSON.parse(appendedLine(fresh, payloadOf(given), null)), { appended: [3, 'id3', 'AP8iXA==', 3, 0], callback: given, reply: null })
  t.same(JSON.parse(toldLine(fresh, 2, fresh.told!)), { told: [3, 2, 50, 'g', false], events: [[1, 'e0', 'x', 't', '{}']] })
  t.same(JSON.parse(toldLine(fresh, 2, { ...fresh.told!, gist: undefined, final: true })).told, [3, 2, 50, null, true])
  t.same(JSON.parse(publishedLine(fresh, fresh.told!.events[0]!, 4, 60, undefined)), { published: [3, 1, 4, 60, null] })
  t.same(JSON.parse(publishedLine(fresh, fresh.told!.events[0]!, 4, 60, 99.5)), { published: [3, 1, 4, 60, 99.5] })
})
