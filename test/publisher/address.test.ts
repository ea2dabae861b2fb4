import { test } from 'tap'
import { addressesOf } from '../../src/publisher/address.ts'

void test('a broker is named without its credentials, which are decoded and go before the common ones', async t => {
  const addresses = addressesOf({ urls: ['mqtt://us%40er:p%3Ass@broker.example', 'wss://[::1]/mqtt', 'mqtts://broker.example:8884'], username: 'common', password: 'secret' })
  t.same(addresses.map(address => address.name), ['broker.example:1883', '[::1]:443', 'broker.example:8884'])
  t.same(addresses.map(({ options: { username, password } }) => [username, password]), [['us@er', 'p:ss'], ['common', 'secret'], ['common', 'secret']])
  t.equal(addresses[0]?.target, 'mqtt://broker.example')
})

void test('certificates go to brokers with TLS only, and TLS is checked', async t => {
  const [plain, secure] = addressesOf({ urls: ['mqtt://a.example', 'mqtts://b.example'], ca: 'ca', cert: 'cert', key: 'key' })
  t.same(plain?.options, {})
  t.match(secure?.options, { ca: 'ca', cert: 'cert', key: 'key', rejectUnauthorized: true, minVersion: 'TLSv1.2' })
})
