import { randomBytes } from 'node:crypto'

const randomCharacters = 32

/**
 * 192 random bits, base64url (OpenID4VP 1.0 §8.2 asks for 128), and then the key that it belongs to. A registration has one from
 * the start, told to nobody before its response came: a `state` is taken once, so the code is as fresh as the response.
 */
export function newResponseCode (key = ''): string {
  return `${randomBytes(randomCharacters * 3 / 4).toString('base64url')}${key}`
}

/** The key that a registration's code belongs to. */
export function keyOfResponseCode (code: string): string {
  return code.slice(randomCharacters)
}
