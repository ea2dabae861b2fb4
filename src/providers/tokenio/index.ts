import { Failure } from '../../domain/failure.ts'
import type { OpenProvider, Provider, ProviderParts } from '../provider.ts'
import { openCalls } from './call.ts'
import { createChannels } from './channels.ts'
import { events } from './events.ts'
import { createFetchResult } from './fetch-result.ts'
import { idPatternOf } from './id.ts'
import { createRegistration } from './registration.ts'
import { faultsOf, settings, type TokenioSettings } from './settings.ts'
import { createToEvents } from './to-events.ts'

/** Token.io: open banking authorizations, of payments and of access to accounts. */
export const tokenio: Provider = { name: 'tokenio', settings, faultsOf, open }

function open ({ settings, now = Date.now }: ProviderParts): OpenProvider {
  const given = settings as unknown as TokenioSettings
  const { TOKENIO_URL: url, TOKENIO_API_KEY: key } = given
  const calls = url === undefined ? unset() : openCalls({ url, authorizationOf: () => basic(key), now })
  const idPattern = idPatternOf(given.TOKENIO_ID_PATTERN)
  return {
    name: 'tokenio',
    channels: createChannels({ idPattern }),
    unregistered: given.TOKENIO_UNREGISTERED,
    registration: createRegistration({ idPattern, now }),
    events,
    fetchResult: createFetchResult(calls),
    toEvents: createToEvents({ deadline: given.TOKENIO_RESULT_DEADLINE_SECONDS * 1_000 }),
    health: calls.health,
    close: calls.close,
  }
}

// The dashboard's key is base64 already
function basic (key: string | undefined): string | undefined {
  return key && `Basic ${key}`
}

/** The documents are generated without a Token.io to call. */
function unset (): ReturnType<typeof openCalls> {
  return {
    call: () => Promise.reject(new Failure('PROVIDER_MISSING', { reason: 'TOKENIO_URL is not set' })),
    health: () => ({ status: 'failing', reason: 'TOKENIO_URL is not set' }),
    close: () => Promise.resolve(),
  }
}
