import mqtt from 'mqtt'
import t from 'tap'
import { makeClients, patientFetch } from '../clients.ts'
import { directoryFor, startProcess } from '../process.ts'
import { claimsOf, jwtOf } from '../token/jwt.ts'

void t.test('a token opens what its scope says over HTTP and MQTT, outlives the process, and is used up by nobody', async t => {
  const directory = directoryFor(t)
  const clients = await makeClients(directory, { 'app-7': 'subscribe' })
  const first = await startProcess(t, { directory, ...clients.environment })
  const token = await clients.tokenFor('app-7')
  const client = await mqtt.connectAsync(first.mqtt, { protocolVersion: 4, username: 'app-7', password: token })
  t.match(await client.subscribeAsync('callbacks/v1/app-7/#', { qos: 1 }), [{ qos: 1 }])
  await client.endAsync(true)
  const assertion = jwtOf({ claims: claimsOf('app-7', { aud: clients.url }), key: clients.pairs.get('app-7')?.privateKey ?? '' })
  const ask = async () => (await patientFetch(`${clients.url}/v1/consumer/oauth2/token`, {
    method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion }),
  })).status
  t.strictSame((await Promise.all(Array.from({ length: 20 }, ask))).toSorted((one, other) => one - other), [200, ...Array.from({ length: 19 }, () => 401)], 'of twenty at once, one')
  await first.stop()
  for (const [said, times] of [['token issued', 2], ['token refused', 19]] as const) t.equal(first.lines.filter(({ msg }) => msg === said).length, times, said)

  const second = await startProcess(t, { directory, ...clients.environment })
  t.equal(await ask(), 401, 'neither after a start')
  t.equal((await patientFetch(`${clients.url}/v1/events/oid4vp/x`, { headers: { authorization: `Bearer ${token}` } })).status, 404, 'the key that signed it was kept')
  await t.resolves((await mqtt.connectAsync(second.mqtt, { protocolVersion: 4, username: 'app-7', password: token })).endAsync(true))
})

void t.test('the longest token that is issued gets through the door of the embedded broker', async t => {
  const directory = directoryFor(t)
  const name = `app-${'7'.repeat(1000)}`
  const clients = await makeClients(directory, { [name]: 'subscribe subscribe:all registrations registrations:any results credentials' })
  const { mqtt: broker } = await startProcess(t, { directory, ...clients.environment })
  const password = await clients.tokenFor(name)
  t.ok(password.length > 4096, String(password.length))
  await t.resolves((await mqtt.connectAsync(broker, { protocolVersion: 4, username: name, password })).endAsync(true))
})

void t.test('who asks too often is told when to come back, and others are not', async t => {
  const directory = directoryFor(t)
  const clients = await makeClients(directory, { 'app-7': 'subscribe', 'app-8': 'subscribe' })
  await startProcess(t, { directory, ...clients.environment, RATE_LIMIT_PER_MINUTE: '80' })
  const ask = (client: string) => clients.tokenFor(client).then(() => 200, (thrown: { status?: number }) => thrown.status)
  const told: unknown[] = []
  for (let i = 0; i < 22; i++) told.push(await ask('app-7'))
  t.strictSame(told, [...Array.from({ length: 20 }, () => 200), 429, 429])
  t.equal(await ask('app-8'), 200)
})
