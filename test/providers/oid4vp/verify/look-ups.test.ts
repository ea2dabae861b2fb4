import t from 'tap'
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
