import { randomFillSync } from 'node:crypto'

// W3C Trace Context §3.2.2: version 00, no all-zero ids
const wellFormed = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/
const pool = Buffer.alloc(24 * 128)
let used = pool.length

/** The caller's `traceparent` if it is well-formed, else a fresh one that asks for no sampling. */
export function traceparentOf (header: string | string[] | undefined): string {
  return typeof header === 'string' && wellFormed.test(header) ? header : fresh()
}

export { traceIdOf } from '../domain/traceparent.ts'

function fresh (): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const hex = pool.toString('hex', used, used += 24)
  return `00-${hex.slice(0, 32)}-${hex.slice(32)}-00`
}
