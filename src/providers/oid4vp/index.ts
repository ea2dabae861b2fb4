import type { OpenProvider, Provider, ProviderParts } from '../provider.ts'
import { channels } from './channels.ts'
import { events } from './events.ts'
import { fetchResult } from './fetch-result.ts'
import { registration } from './registration.ts'
import { settings } from './settings.ts'
import { toEvents } from './to-events.ts'

/** OpenID for Verifiable Presentations: identity wallets, Affinidi Vault among them. */
export const oid4vp: Provider = { name: 'oid4vp', settings, open }

function open ({ settings }: ProviderParts): OpenProvider {
  const unregistered = settings.OID4VP_UNREGISTERED === 'accept' ? 'accept' : 'reject'
  return { name: 'oid4vp', channels, unregistered, registration, events, fetchResult, toEvents, health: () => ({ status: 'ok' }), close: async () => {} }
}
