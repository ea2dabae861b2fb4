import type { Failure } from '../../domain/failure.ts'

/** What a person reads of a failed try. PostgreSQL keeps no NUL in a text. */
export function wordOf ({ code, reason }: Failure): string {
  return `${code}: ${reason.replaceAll('\0', '')}`
}
