import t from 'tap'
import { Failure } from '../src/domain/failure.ts'
import { look } from '../src/readiness.ts'

const parts = {
  journal: { check: async () => {} },
  delivery: { idleFor: () => 400 },
  publisher: { health: () => ({ status: 'ok' }) as const },
  providers: [{ name: 'toy', health: () => ({ status: 'degraded', reason: 'away' }) as const }],
  isClosing: () => false,
}

void t.test('each part is looked at, and trouble of others is only said', async t => {
  t.same(await look(parts), { journal: { status: 'ok' }, delivery: { status: 'ok' }, broker: { status: 'ok' }, toy: { status: 'degraded', reason: 'away' } })
})

void t.test('a journal that cannot be written, a delivery that stands still and shutdown are red', async t => {
  t.match(await look({ ...parts, journal: { check: async () => { throw new Failure('JOURNAL_UNAVAILABLE', { reason: 'disk full' }) } } }), { journal: { status: 'failing', reason: 'disk full' } })
  t.match(await look({ ...parts, delivery: { idleFor: () => 31_000 } }), { delivery: { status: 'failing' } })
  t.match(await look({ ...parts, isClosing: () => true }), { process: { status: 'failing', reason: 'shutting down' } })
})
