import { openGuarded } from '../../outgoing/guarded.ts'
import type { OpenProvider, Provider, ProviderParts } from '../provider.ts'
import { createChannels } from './channels.ts'
import { events } from './events.ts'
import { createExamine, type ExamineParts } from './examine.ts'
import { createFetchResult } from './fetch-result.ts'
import { handing } from './handing.ts'
import { createFetchRemote } from './remote-iota.ts'
import { createReturning } from './returning.ts'
import { registration } from './registration.ts'
import { faultsOf, settings } from './settings.ts'
import { createToEvents } from './to-events.ts'
import { readTrust } from './verify/trust.ts'
import type { VerifyParts } from './verify/verify-parts.ts'

/** OpenID for Verifiable Presentations: identity wallets, Affinidi Vault among them. */
export const oid4vp: Provider = { name: 'oid4vp', settings, faultsOf, open }

function open ({ settings, now = Date.now }: ProviderParts): OpenProvider {
  const { fetchGuarded, close } = openGuarded()
  const url = settings.IOTA_URL as string | undefined
  const isRemote = url !== undefined
  const trust = readTrust(settings.OID4VP_TRUSTED_ISSUERS_FILE as string | undefined)
  return {
    name: 'oid4vp',
    channels: createChannels({ isRemote, examine: createExamine({ verify: verifyLater({ trust, fetchGuarded, now }) }) }),
    unregistered: settings.OID4VP_UNREGISTERED === 'accept' ? 'accept' : 'reject',
    registration,
    handing,
    returning: createReturning({ isRemote }),
    events,
    fetchResult: createFetchResult({ fetchRemote: url === undefined ? undefined : createFetchRemote({ url, token: settings.IOTA_TOKEN as string | undefined, now }) }),
    ...isRemote && { atOnce: 32 }, // each of its replies may have 4 MiB
    toEvents: createToEvents({ byReference: settings.EVENT_PAYLOAD === 'reference' }),
    health: () => ({ status: 'ok' }),
    close,
  }
}

/** Loaded with the first presentation that is to be verified: many services never see one. */
function verifyLater (parts: VerifyParts): ExamineParts['verify'] {
  return async (response, request) => {
    const { createVerify } = await import('./verify/verify.ts')
    return createVerify(parts)(response, request)
  }
}
