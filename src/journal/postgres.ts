import type { PostgresDatabase } from '../database/postgres.ts'
import { createClock } from '../database/postgres/clock.ts'
import { createFingerprint } from './fingerprint.ts'
import type { Journal } from './journal.ts'
import type { Keeping } from './keeping.ts'
import { createAppend } from './postgres/append.ts'
import { createClaimEvents } from './postgres/claim-events.ts'
import { createClaim } from './postgres/claim.ts'
import { createCheck } from './postgres/check.ts'
import { createCount } from './postgres/count.ts'
import { createEnds } from './postgres/ends.ts'
import { createEntries } from './postgres/entries.ts'
import { createErase } from './postgres/erase.ts'
import { createEventEnds } from './postgres/event-ends.ts'
import { createExpired } from './postgres/expired.ts'
import { createForget } from './postgres/forget.ts'
import { createHandOver } from './postgres/hand-over.ts'
import { createRedrive } from './postgres/redrive.ts'
import { createRepublish } from './postgres/republish.ts'
import { createRenew } from './postgres/renew.ts'
import { createReroute } from './postgres/reroute.ts'
import { loadSecret } from './postgres/secret.ts'
import { createSecretFor } from './secret-for.ts'

export interface PostgresJournalParts {
  readonly database: PostgresDatabase
  /** Milliseconds since 1970; for tests. Default: the database's clock, which all replicas share. */
  readonly now?: () => number
}

/** The journal that replicas share. Throws `JOURNAL_UNREADABLE` when none of the sealing keys fits it. */
export async function openPostgresJournal ({ database, now }: PostgresJournalParts): Promise<Journal & Keeping> {
  const secret = await loadSecret(database)
  const wakes: { appended?: () => void, recorded?: () => void } = {}
  const clock = createClock(now)
  const parts = {
    database, clock,
    fingerprintOf: createFingerprint(secret),
    wakeAppended: () => { database.say('appended'); wakes.appended?.() },
    wakeRecorded: () => { database.say('recorded'); wakes.recorded?.() },
  }
  database.onHeard(word => { (word === 'appended' ? wakes.appended : wakes.recorded)?.() })

  const { close: closeAppend, ...append } = createAppend(parts)
  const { close: closeEnds, ...ends } = createEnds(parts)
  const { close: closeEventEnds, ...eventEnds } = createEventEnds(parts)
  database.beforeClose(async () => { await Promise.all([closeAppend(), closeEnds(), closeEventEnds()]) })
  return {
    ...append,
    ...createClaim({ ...parts, ...ends }),
    ...ends,
    ...createClaimEvents({ ...parts, ...eventEnds }),
    ...eventEnds,
    ...createRenew(parts),
    ...createExpired(parts),
    republish: createRepublish(parts),
    ...createReroute(parts),
    handOver: createHandOver(parts),
    ...createEntries(parts),
    redrive: createRedrive(parts),
    erase: createErase(parts),
    forget: createForget(parts),
    count: createCount(parts),
    onAppended (wake) { wakes.appended = wake },
    onRecorded (wake) { wakes.recorded = wake },
    secretFor: createSecretFor(secret),
    check: createCheck(parts),
  }
}
