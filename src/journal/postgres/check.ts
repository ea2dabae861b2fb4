import { now } from '../../database/postgres/clock.ts'
import type { Journal } from '../journal.ts'
import type { PostgresParts } from './parts.ts'

const write = { name: 'check', text: `
  WITH ${now} INSERT INTO meta (name, value) SELECT 'checked_at', convert_to(at::text, 'UTF8') FROM now ON CONFLICT (name) DO UPDATE SET value = excluded.value` }

/** A tiny write, as an append would make it. */
export function createCheck ({ database: { run }, clock }: Pick<PostgresParts, 'database' | 'clock'>): Journal['check'] {
  return async function check () { await run(write, [clock.given()]) }
}
