import { BlockList, isIPv4 } from 'node:net'

/** IPv4 addresses that are not on the open internet: the IANA special-purpose registry, multicast, and Azure's wire server. */
const closed = listOf('ipv4', [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24',
  '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4', '168.63.129.16/32',
])

/** IPv6 the other way round: only global unicast is open, but for what it sets apart: protocols, documentation, 6to4. */
const global = listOf('ipv6', ['2000::/3'])
const setApart = listOf('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'])

/** True for an address of the open internet, so not for private, loopback, link-local, metadata or reserved ones. */
export function isPublic (address: string): boolean {
  const [, mapped] = /^::ffff:([\d.]+)$/i.exec(address) ?? []
  const plain = mapped ?? address
  if (isIPv4(plain)) return !closed.check(plain)
  return global.check(plain, 'ipv6') && !setApart.check(plain, 'ipv6')
}

function listOf (family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [net = '', bits] = range.split('/')
    list.addSubnet(net, Number(bits), family)
  }
  return list
}
