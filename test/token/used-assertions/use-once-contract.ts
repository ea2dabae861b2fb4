import type { Test } from 'tap'
import type { UseOnce } from '../../../src/token/token.ts'

/** What every engine must hold; `open` closes what it opens when the test ends. */
export function useOnceContract (t: Test, open: (t: Test, parts: { readonly now: () => number }) => Promise<UseOnce>): void {
  void t.test('an id is used once, until its time is over', async t => {
    const clock = { now: 1_000_000 }
    const useOnce = await open(t, { now: () => clock.now })
    t.equal(await useOnce('a', clock.now + 1000), true)
    t.equal(await useOnce('a', clock.now + 1000), false)
    t.equal(await useOnce('b', clock.now + 1000), true)
    clock.now += 2000
    t.equal(await useOnce('c', clock.now + 1000), true, 'takes those along whose time is over')
    t.equal(await useOnce('a', clock.now + 1000), true)
  })

  void t.test('of many that ask at once, one is told true', async t => {
    const useOnce = await open(t, { now: () => 1_000_000 })
    const told = await Promise.all(Array.from({ length: 200 }, (_, i) => useOnce(`id-${i % 4}`, 2_000_000)))
    t.equal(told.filter(Boolean).length, 4)
  })
}
