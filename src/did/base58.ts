const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** The bytes of a base58btc text that has no other characters; keep it short, the work grows with the square of its length. */
export function base58Of (text: string): Buffer {
  let number = 0n
  for (const character of text) number = number * 58n + BigInt(alphabet.indexOf(character))
  const hex = number.toString(16)
  const zeros = /^1*/.exec(text)?.[0].length ?? 0 // each leading zero byte is a `1`
  return Buffer.concat([Buffer.alloc(zeros), Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')])
}
