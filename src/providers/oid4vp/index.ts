import type { OpenProvider, Provider } from '../provider.ts'
import { channels } from './channels.ts'
import { events } from './events.ts'
import { fetchResult } from './fetch-result.ts'
import { settings } from './settings.ts'
import { toEvents } from './to-events.ts'

/** OpenID for Verifiable Presentations: identity wallets, Affinidi Vault among them. */
export const oid4vp: Provider = { name: 'oid4vp', settings, open }

function open (): OpenProvider {
  return { name: 'oid4vp', channels, events, fetchResult, toEvents, health: () => ({ status: 'ok' }), close: async () => {} }
}
