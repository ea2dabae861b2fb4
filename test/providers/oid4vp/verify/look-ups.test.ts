import t from 'tap'
import { Failure } from '../../../../src/domain/failure.ts'
import type { Fetched } from '../../../../src/outgoing/guarded.ts'
import { createLookUps } from '../../../../src/providers/oid4vp/verify/look-ups.ts'

void t.test('one verification asks each address once, and no more than sixteen', async t => {
  const asked: string[] = []
  const signals = new Set<AbortSignal | undefined>()
  const lookUp = createLookUps(async (url, signal) => { asked.push(url); signals.add(signal); return { status: 200, body: url } })
  for (let round = 0; round < 2; round++) for (let i = 0; i < 16; i++) t.equal((await lookUp(`https://a.example/${i}`)).body, `https://a.example/${i}`)
  t.equal(asked.length, 16)
  t.equal(signals.size, 1, 'within one time')
  await t.rejects(lookUp('https://a.example/17'), { code: 'ADDRESS_REFUSED' })
})

void t.test('who cannot be asked now is away, and who answers is not', async t => {
  const answering = (answer: () => Fetched) => createLookUps(async () => answer())('https://a.example')
  for (const status of [408, 429, 500, 502, 503, 504]) await t.rejects(answering(() => ({ status, body: '' })), { code: 'ISSUER_AWAY', reason: new RegExp(String(status)) })
  await t.rejects(answering(() => { throw new Failure('ADDRESS_AWAY', { reason: 'ECONNRESET' }) }), { code: 'ISSUER_AWAY', reason: 'ECONNRESET' })
  for (const status of [200, 400, 401, 403, 404, 410, 501]) t.equal((await answering(() => ({ status, body: '' }))).status, status)
  await t.rejects(answering(() => { throw new Failure('ADDRESS_REFUSED') }), { code: 'ADDRESS_REFUSED' })
})
