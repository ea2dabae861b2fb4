import type { Test } from 'tap'
import { openBroker } from '../../src/broker/broker.ts'
import { startMosquitto, withoutMosquitto } from '../mosquitto.ts'
import { publisherContract, silent } from './publisher-contract.ts'

async function embedded (t: Test) {
  const broker = await openBroker({ host: '127.0.0.1', port: 0, allowAnonymous: true, topicPrefix: 'callbacks/v1', log: silent })
  t.teardown(() => broker.close())
  return { broker, url: `mqtt://127.0.0.1:${broker.address().port}` }
}

publisherContract('the embedded broker, within the process', async t => {
  const { broker, url } = await embedded(t)
  return { where: { connect: broker.connect, ...broker.credentials }, url, expires: false, window: 64 }
})

publisherContract('the embedded broker, over TCP', async t => {
  const { broker, url } = await embedded(t)
  return { where: { urls: [url], ...broker.credentials }, url, expires: false, window: 64 }
})

publisherContract('Mosquitto', async t => {
  const mosquitto = await startMosquitto()
  t.teardown(() => mosquitto.stop())
  return { where: { urls: [mosquitto.url] }, url: mosquitto.url, expires: true, window: 20 }
}, withoutMosquitto)

publisherContract('Mosquitto, over WebSocket', async t => {
  const mosquitto = await startMosquitto()
  t.teardown(() => mosquitto.stop())
  return { where: { urls: [mosquitto.wsUrl] }, url: mosquitto.url, expires: true, window: 20 }
}, withoutMosquitto)

publisherContract('Mosquitto, with TLS and password', async t => {
  const mosquitto = await startMosquitto({ tls: true, users: { service: 'secret', reader: 'other' } })
  t.teardown(() => mosquitto.stop())
  return {
    where: { urls: [mosquitto.tlsUrl], username: 'service', password: 'secret', ca: mosquitto.ca },
    url: mosquitto.url,
    options: { username: 'reader', password: 'other' },
    expires: true,
    window: 20,
  }
}, withoutMosquitto)
