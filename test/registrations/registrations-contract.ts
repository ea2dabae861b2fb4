import type { Test } from 'tap'
import type { Registration } from '../../src/domain/registration.ts'
import type { Registrations } from '../../src/registrations/registrations.ts'

export interface OpenParts { readonly now: () => number }

/** Opens fresh registrations and closes them when the test ends. */
export type OpenRegistrations = (t: Test, parts: OpenParts) => Promise<Registrations>

const start = Date.UTC(2026, 0, 1)
const minute = 60_000

export function registration (more: Partial<Registration> = {}): Registration {
  return {
    provider: 'oid4vp', key: 's-1', owner: 'app-7', subscriber: 'app-7', returnUrl: 'https://app.example/done',
    expiresAt: start + 30 * minute, details: { nonce: 'n', query: { credentials: [] } }, reply: { transactionId: 't-1' }, ...more,
  }
}

/** What every engine must hold. */
export function registrationsContract (t: Test, open: OpenRegistrations): void {
  const claim = (title: string, act: (given: { t: Test, registrations: Registrations, clock: { now: number } }) => Promise<void>): void => {
    void t.test(title, async t => {
      const clock = { now: start }
      await act({ t, registrations: await open(t, { now: () => clock.now }), clock })
    })
  }

  claim('what is registered is found, whole', async ({ t, registrations }) => {
    const given = registration()
    t.strictSame(await registrations.register(given, 'wish'), { state: 'made', registration: given })
    t.strictSame(await registrations.find('oid4vp', 's-1'), given)
    const { returnUrl: _, ...plain } = registration({ key: 's-2' })
    await registrations.register(plain, 'wish')
    t.strictSame(await registrations.find('oid4vp', 's-2'), plain)
  })

  claim('a key belongs to one provider', async ({ t, registrations }) => {
    await registrations.register(registration(), 'wish')
    t.equal(await registrations.find('tokenio', 's-1'), undefined)
    t.equal(await registrations.find('oid4vp', 's-2'), undefined)
    t.match(await registrations.register(registration({ provider: 'tokenio', owner: 'app-8' }), 'other'), { state: 'made' })
  })

  claim('a key of any characters that strangers may send is asked for like any other, and nobody has it', async ({ t, registrations }) => {
    await registrations.register(registration(), 'wish')
    for (const key of ['\0', 's-1\0', '\ud800', '\ufffd', "'", '\\']) {
      t.equal(await registrations.find('oid4vp', key), undefined, JSON.stringify(key))
      t.equal(await registrations.remove('oid4vp', key, 'app-7'), false)
    }
    const found = await Promise.all(['s-1', '\0', 's-1'].map(key => registrations.find('oid4vp', key)))
    t.strictSame(found.map(each => each?.key), ['s-1', undefined, 's-1'], 'and holds up none that is asked for beside it')
  })

  claim('the same wish again gives the first registration', async ({ t, registrations }) => {
    const first = registration()
    await registrations.register(first, 'wish')
    const again = registration({ expiresAt: start + 40 * minute, reply: { transactionId: 't-2' } })
    t.strictSame(await registrations.register(again, 'wish'), { state: 'unchanged', registration: first })
    t.strictSame(await registrations.find('oid4vp', 's-1'), first)
  })

  claim('another wish, or another owner of the same wish, changes nothing', async ({ t, registrations }) => {
    const first = registration()
    await registrations.register(first, 'wish')
    t.strictSame(await registrations.register(registration({ subscriber: 'app-8' }), 'other'), { state: 'changed' })
    t.strictSame(await registrations.register(registration({ owner: 'app-8' }), 'wish'), { state: 'changed' })
    t.strictSame(await registrations.find('oid4vp', 's-1'), first)
  })

  claim('of many that register one key at once, one makes it', async ({ t, registrations }) => {
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => registrations.register(registration({ owner: `app-${i % 5}` }), `wish-${i % 5}`)))
    t.equal(all.filter(({ state }) => state === 'made').length, 1)
    t.equal(all.filter(({ state }) => state === 'unchanged').length, 9)
    t.equal(all.filter(({ state }) => state === 'changed').length, 40)
  })

  claim('an expired one is not found, and stands in nobody’s way', async ({ t, registrations, clock }) => {
    await registrations.register(registration(), 'wish')
    clock.now = start + 30 * minute - 1
    t.ok(await registrations.find('oid4vp', 's-1'))
    clock.now++
    t.equal(await registrations.find('oid4vp', 's-1'), undefined)
    t.equal(await registrations.remove('oid4vp', 's-1', 'app-7'), false)
    const next = registration({ owner: 'app-8', subscriber: 'app-8', expiresAt: start + 60 * minute })
    t.strictSame(await registrations.register(next, 'other'), { state: 'made', registration: next })
    t.strictSame(await registrations.find('oid4vp', 's-1'), next)
  })

  claim('it is its owner’s to remove', async ({ t, registrations }) => {
    await registrations.register(registration(), 'wish')
    t.equal(await registrations.remove('oid4vp', 's-1', 'app-8'), false)
    t.equal(await registrations.remove('tokenio', 's-1', 'app-7'), false)
    t.equal(await registrations.remove('oid4vp', 's-1', 'app-7'), true)
    t.equal(await registrations.remove('oid4vp', 's-1', 'app-7'), false)
    t.equal(await registrations.find('oid4vp', 's-1'), undefined)
  })

  claim('what expired long ago is forgotten, a batch at a time, and nothing else', async ({ t, registrations, clock }) => {
    await Promise.all(Array.from({ length: 700 }, (_, i) => registrations.register(registration({ key: `k-${i}`, expiresAt: start + 1 + i }), 'wish')))
    await registrations.register(registration(), 'wish')
    clock.now = start + 10 * minute
    const first = await registrations.forget(clock.now)
    t.ok(first > 0 && first <= 700)
    let all = first
    for (let step = await registrations.forget(clock.now); step > 0; step = await registrations.forget(clock.now)) all += step
    t.equal(all, 700)
    t.ok(await registrations.find('oid4vp', 's-1'))
  })

  claim('keys and owners may hold any text', async ({ t, registrations }) => {
    for (const key of ['rq:1/2', "'; DROP TABLE registrations; --", '%_', 'ключ', '🔑']) {
      const given = registration({ key, owner: key, subscriber: key })
      await registrations.register(given, key)
      t.strictSame(await registrations.find('oid4vp', key), given)
    }
  })
}
