import type { Keeping } from '../keeping.ts'
import type { PostgresParts } from './parts.ts'

interface Row { readonly waiting: number, readonly buried: number, readonly unpublished: number, readonly oldest: number | null }

/** Each figure is read from the index of just those rows. */
const count = { name: 'count', text: `
  SELECT (SELECT count(*) FROM entries WHERE ended_at IS NULL) AS waiting, (SELECT count(*) FROM entries WHERE status = 'buried') AS buried,
    (SELECT count(*) FROM events WHERE due_at IS NOT NULL) AS unpublished, (SELECT received_at FROM entries WHERE ended_at IS NULL ORDER BY seq LIMIT 1) AS oldest` }

export function createCount ({ database: { run } }: Pick<PostgresParts, 'database'>): Keeping['count'] {
  return async function countAll () {
    const [row] = await run<Row>(count, [])
    const { waiting = 0, buried = 0, unpublished = 0, oldest = null } = row ?? {}
    return { waiting, buried, unpublished, ...oldest === null ? {} : { oldestWaiting: oldest } }
  }
}
