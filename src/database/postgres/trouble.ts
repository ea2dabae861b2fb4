import { Failure } from '../../domain/failure.ts'

// https://www.postgresql.org/docs/current/errcodes-appendix.html: what a correct statement can meet; all else is a fault of ours
const troubles: readonly (readonly [state: string, reason: string])[] = [
  ['08', 'cannot be reached'],
  ['25006', 'cannot be written: it is read-only'],
  ['28', 'refused our credentials'],
  ['3D000', 'has no such database'],
  ['40', 'was busy with the same rows'],
  ['42501', 'may not be accessed'],
  ['53100', 'cannot be written: the disk is full'],
  ['53', 'has no room for us'],
  ['55P03', 'was busy with the same rows'],
  ['57014', 'took too long'],
  ['57P', 'is shutting down or starting'],
  ['25P0', 'ended a connection that was idle too long'],
  ['58', 'cannot be written or read: its disk reports an error'],
  ['XX001', 'is damaged'],
  ['XX002', 'is damaged'],
]
/** What the driver throws without a code. */
const driver = /^(Connection terminated|Client (has encountered|was closed)|Query read timeout|Cannot use a pool after|timeout expired|timeout exceeded|The server does not support SSL)/

/** Trouble of network, server or disk as `JOURNAL_UNAVAILABLE`; anything else as it is. */
export function troubleOf (thrown: unknown): unknown {
  if (thrown instanceof Failure || !(thrown instanceof Error)) return thrown
  const code = codeOf(thrown)
  const reason = troubles.find(([state]) => code.startsWith(state))?.[1] ?? (isNetwork(thrown, code) ? 'cannot be reached' : undefined)
  return reason === undefined ? thrown : new Failure('JOURNAL_UNAVAILABLE', { reason: `The journal's database ${reason}.`, cause: thrown })
}

/** True when others held what was needed: what needs other rows may go through at once. */
export function isContention (thrown: unknown): boolean {
  return isUndone(thrown) || codeOf(causeOf(thrown)) === '55P03'
}

/** True when the server undid it in favour of another, whose row it would have made too: the same may go through at once. */
export function isUndone (thrown: unknown): boolean {
  return /^(40|23505)/.test(codeOf(causeOf(thrown)))
}

function causeOf (thrown: unknown): unknown {
  return thrown instanceof Failure ? thrown.cause : thrown
}

function codeOf (thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
}

function isNetwork (thrown: Error, code: string): boolean {
  return /^E[A-Z_]+$/.test(code) || driver.test(thrown.message) || (thrown instanceof AggregateError && thrown.errors.length > 0)
}
