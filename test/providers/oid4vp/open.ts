import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import type { Test } from 'tap'
import { buildApp } from '../../../src/app.ts'
import type { Callback, JsonObject } from '../../../src/domain/callback.ts'
import { openAppParts } from '../../app-parts.ts'
import type { Channel, OpenProvider } from '../../../src/providers/provider.ts'
import { oid4vp } from '../../../src/providers/oid4vp/index.ts'
import { openTokenio } from '../tokenio/open.ts'

export const state = '0b8e4a5c-7f0e-4d3b-9a51-2c6f8e1d7b90'
export const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

export function openOid4vp (): OpenProvider {
  return oid4vp.open({ settings: { OID4VP_UNREGISTERED: 'accept' } })
}

export function channelOf (provider: OpenProvider = openOid4vp()): Channel {
  const [channel] = provider.channels
  if (channel === undefined) throw new Error('no channel')
  return channel
}

export function callbackOf (parameters: JsonObject): Callback {
  return channelOf().toCallback({ state, ...parameters }, traceparent) as Callback // at once
}

/** The public face on a free port, with a real journal: this provider beside Token.io. */
export async function startApp (t: Pick<Test, 'teardown'>, corsOrigins: readonly string[] = ['*']) {
  const provider = openOid4vp()
  const { parts } = await openAppParts(t)
  const app = await buildApp({
    ...parts, providers: [provider, openTokenio()], log: pino({ level: 'silent' }), corsOrigins,
  })
  t.teardown(() => app.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { app, journal: parts.journal, provider, url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` }
}
