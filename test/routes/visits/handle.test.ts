import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createHandles, type Visit } from '../../../src/routes/visits/handle.ts'

const secret = randomBytes(32)
const visit: Visit = { entryId: '0190f2b6-0000-7000-8000-000000000000', key: `rq:${'k'.repeat(120)}`, phase: 'enter', tries: 1000, mark: 'm'.repeat(22), notice: 'incomplete' }

void t.test('a handle says where the user stands, in any replica, for twenty minutes', async t => {
  let time = 1_000_000
  const [one, other] = [createHandles({ secret, purpose: 'a', now: () => time }), createHandles({ secret, purpose: 'a', now: () => time })]
  const handle = one.close(visit)
  t.match(handle, /^[\w-]{100,512}$/, 'it fits into a path')
  t.notMatch(Buffer.from(handle, 'base64url').toString('latin1'), /rq:|enter/, 'and tells nothing')
  t.strictSame(other.open(handle), { visit, expired: false, since: 1_000_000 })
  t.not(one.close(visit), handle)
  time += 20 * 60_000
  t.match(other.open(handle), { visit, expired: true })
})

void t.test('what was guessed, altered, cut or made for another purpose opens nothing', async t => {
  const handles = createHandles({ secret, purpose: 'a' })
  const handle = handles.close(visit)
  const bytes = Buffer.from(handle, 'base64url')
  const altered = Array.from(bytes, (_byte, at) => { const copy = Buffer.from(bytes); copy[at]! ^= 1; return copy.toString('base64url') })
  for (const guess of ['', 'x', 'A'.repeat(300), handle.slice(1), bytes.subarray(0, -1).toString('base64url'), ...altered]) t.equal(handles.open(guess), undefined)
  t.equal(createHandles({ secret, purpose: 'b' }).open(handle), undefined)
  t.equal(createHandles({ secret: randomBytes(32), purpose: 'a' }).open(handle), undefined)
})
