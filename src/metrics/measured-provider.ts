import { asFailure } from '../domain/failure.ts'
import type { OpenProvider } from '../providers/provider.ts'
import type { Visits } from '../providers/visits.ts'
import type { Instruments } from './instruments.ts'

/** The provider, with each call to it timed: by the machine (`result`), or while a user waits (`enter`, `arrive`). */
export function measuredProvider (provider: OpenProvider, { upstream }: Pick<Instruments, 'upstream'>): OpenProvider {
  async function timed<T> (act: 'result' | 'enter' | 'arrive', call: () => Promise<T>): Promise<T> {
    const started = performance.now()
    let status = 'ok'
    try {
      return await call()
    } catch (thrown) {
      status = asFailure(thrown).code
      throw thrown
    } finally {
      upstream.observe({ provider: provider.name, act, status }, (performance.now() - started) / 1000)
    }
  }

  function timedVisits (visits: Visits): Visits {
    const { arriving } = visits
    return {
      ...visits,
      enter: (...given) => timed('enter', () => visits.enter(...given)),
      ...arriving && { arriving: { ...arriving, arrive: (...given) => timed('arrive', () => arriving.arrive(...given)) } },
    }
  }

  return {
    ...provider,
    fetchResult: (...given) => timed('result', () => provider.fetchResult(...given)),
    ...provider.visits && { visits: timedVisits(provider.visits) },
  }
}
