import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(8192)
let used = pool.length

/** Random bytes as `randomBytes` gives them, drawn from the system many at a time: each draw costs microseconds. */
export function randomOf (length: number): Uint8Array {
  if (used + length > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += length
  return Uint8Array.prototype.slice.call(pool, used - length, used) // a copy: Buffer's own `slice` is none
}
