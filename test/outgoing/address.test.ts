import t from 'tap'
import { isPublic } from '../../src/outgoing/address.ts'

void t.test('an address of the open internet is public', async t => {
  for (const address of ['1.1.1.1', '8.8.8.8', '93.184.216.34', '172.15.255.255', '172.32.0.0', '100.63.255.255', '100.128.0.0', '192.167.255.255', '223.255.255.255', '::ffff:8.8.8.8', '2606:4700::1111', '2a00:1450::1']) {
    t.equal(isPublic(address), true, address)
  }
})

void t.test('a private, loopback, link-local, metadata or reserved address is not', async t => {
  for (const address of [
    '0.0.0.0', '10.0.0.1', '100.64.0.1', '100.100.100.200', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.192', '192.0.2.1', '192.88.99.1',
    '192.168.1.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '168.63.129.16',
    '::', '::1', '::ffff:127.0.0.1', '::ffff:169.254.169.254', '::ffff:7f00:1', '::127.0.0.1', '64:ff9b::7f00:1', '100::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'ff02::1', 'fec0::1',
    '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', '', 'localhost', '1.1.1', 'nothing',
  ]) t.equal(isPublic(address), false, address)
})
