import { createHash } from 'node:crypto'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const realm = '5zKtXEAq'

/** An id as Token.io makes them, the same for the same text. */
export function idOf (type: 'rq' | 'tt' | 't', text: string): string {
  return `${type}:${base58(text).slice(0, type === 'rq' ? 28 : 44)}:${realm}`
}

function base58 (text: string): string {
  let number = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`)
  let digits = ''
  for (; number > 0n; number /= 58n) digits = alphabet.charAt(Number(number % 58n)) + digits
  return digits.padStart(44, '1')
}
