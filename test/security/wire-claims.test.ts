import * as fc from 'fast-check'
import t from 'tap'
import { subscribe } from '../subscriber.ts'
import { routeClaim } from './route-claim.ts'
import { openTarget } from './target.ts'
import { httpClaim, mqttClaim } from './wire-claims.ts'

void t.test('the real process survives damaged requests, twisted ones and packets of MQTT that nobody may send, and serves on', { timeout: 120_000 }, async t => {
  const target = await openTarget(t)
  const packets = mqttClaim({ ...target, clientId: 'app-7', password: target.token })
  for (const { claim, property } of [httpClaim(target.url), packets, { claim: 'routes', property: routeClaim(target.send, target.token) }]) {
    const { failed, counterexample, seed, errorInstance } = await fc.check(property, { numRuns: 100 })
    t.equal(failed, false, failed ? `${claim}, seed ${seed}: ${JSON.stringify(counterexample)} ${String((errorInstance as Error | undefined)?.message)}` : claim)
  }
  t.strictSame(target.faults(), [])
  t.equal((await fetch(`${target.url}/livez`)).status, 200)
  const subscriber = await subscribe(t, target.mqtt, { protocolVersion: 4 })
  t.equal(subscriber.client.connected, true)
})
