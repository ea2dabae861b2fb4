import { randomBytes } from 'node:crypto'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz' // base58, as Token.io's ids are written
const digits = 6

export interface Ids {
  /** Numbers from 0 on, never the same twice in one run of the bench. */
  next (): number
  /** A token request id that Token.io could have made. */
  idOf (number: number): string
  /** The number of an id, or of a topic that ends in one; undefined for an id that is not of this run. */
  numberOf (topic: string): number | undefined
}

export function createIds (): Ids {
  const salt = Array.from(randomBytes(16), byte => alphabet[byte % 58]).join('')
  const tail = ':5zKtXEAq'
  const head = `rq:${salt}`
  let count = 0

  return {
    next: () => count++,
    idOf (number) {
      let text = ''
      for (let left = number, i = 0; i < digits; i++, left = Math.floor(left / 58)) text = alphabet[left % 58]! + text
      return head + text + tail
    },
    numberOf (topic) {
      const end = topic.length - tail.length
      const start = end - digits
      if (!topic.endsWith(tail) || topic.slice(start - head.length, start) !== head) return undefined
      let number = 0
      for (let i = start; i < end; i++) number = number * 58 + alphabet.indexOf(topic[i]!)
      return number
    },
  }
}

/** What Token.io makes the user's browser ask for. */
export function pathOf (id: string): string {
  return `/v1/tokenio/callback?request-id=${id}&request_id=${id}`
}
