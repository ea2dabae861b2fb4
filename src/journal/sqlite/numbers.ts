import type { DatabaseSync } from 'node:sqlite'

/** Numbers of entries and events in the order of their arrival, given before their rows are written. One that is not used after all is a gap. */
export interface Numbers {
  entry (): number
  event (): number
  /** Gives only higher ones from now on. */
  pass (used: { readonly entry?: number, readonly event?: number }): void
}

export function createNumbers ({ db }: { readonly db: DatabaseSync }): Numbers {
  const lastOf = (table: string): number => Number(db.prepare(`SELECT coalesce(max(seq), 0) AS seq FROM ${table}`).get()?.seq)
  const last = { entry: lastOf('entries'), event: lastOf('events') }
  return {
    entry: () => ++last.entry,
    event: () => ++last.event,
    pass ({ entry = 0, event = 0 }) {
      last.entry = Math.max(last.entry, entry)
      last.event = Math.max(last.event, event)
    },
  }
}
