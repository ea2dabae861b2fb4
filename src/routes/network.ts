import { isIPv6 } from 'node:net'

/** Whom an address stands for, for limits: an IPv4 address itself, an IPv6 address its /64, which is what one subscriber is given. */
export function networkOf (address: string): string {
  if (!address.includes(':')) return address.slice(0, 64)
  const [, mapped] = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address) ?? []
  if (mapped !== undefined) return mapped
  const [plain = ''] = address.split('%', 1) // without its zone
  return isIPv6(plain) ? `${firstLevels(plain)}::/64` : address.slice(0, 64)
}

function firstLevels (address: string): string {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::') // one spelling of each
  const [front, back] = [levelsOf(head), levelsOf(tail)]
  return [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back].slice(0, 4).join(':')
}

function levelsOf (part = ''): string[] {
  return part === '' ? [] : part.split(':')
}
