import { isIPv6 } from 'node:net'

/**
 * Whom an address stands for, for limits: an IPv4 address itself, an IPv6 address its /64, which is what one subscriber is given. Some proxies
 * write the client's port beside it, and each connection has another. Who is gone before its address was asked for has none: all of those count as one.
 */
export function networkOf (address: string | undefined): string {
  if (address === undefined) return ''
  if (!address.includes(':')) return address.slice(0, 64)
  const [, plain = address] = withPort.exec(address) ?? []
  const [bare = ''] = plain.replace(/^\[|\]$/g, '').split('%', 1) // without its zone
  return isIPv6(bare) ? ofIPv6(bare) : bare.slice(0, 64)
}

const withPort = /^(\d+(?:\.\d+){3}|\[[^\]]*\]):\d+$/

function ofIPv6 (address: string): string {
  const spelled = new URL(`http://[${address}]`).hostname.slice(1, -1) // one spelling of each
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(spelled) ?? []
  if (high !== undefined && low !== undefined) return [high, low].flatMap(pair => [parseInt(pair, 16) >> 8, parseInt(pair, 16) & 255]).join('.')
  return `${firstLevels(spelled)}::/64`
}

function firstLevels (spelled: string): string {
  const [head = '', tail] = spelled.split('::')
  const [front, back] = [levelsOf(head), levelsOf(tail)]
  return [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back].slice(0, 4).join(':')
}

function levelsOf (part = ''): string[] {
  return part === '' ? [] : part.split(':')
}
