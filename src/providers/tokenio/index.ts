import { Failure } from '../../domain/failure.ts'
import type { OpenProvider, Provider, ProviderParts } from '../provider.ts'
import { createAuthorize } from './authorize.ts'
import { openCalls, type Calls } from './call.ts'
import { createChannels } from './channels.ts'
import { events } from './events.ts'
import { createFetchResult } from './fetch-result.ts'
import { idPatternOf } from './id.ts'
import { identityOf } from './identity.ts'
import { createRegistration } from './registration.ts'
import { faultsOf, settings, type TokenioSettings } from './settings.ts'
import { createToEvents } from './to-events.ts'
import { troubleIn } from './trouble.ts'
import { createVisits } from './visits.ts'

/** Token.io: open banking authorizations, of payments and of access to accounts. */
export const tokenio: Provider = { name: 'tokenio', settings, faultsOf, open }

function open ({ settings, now = Date.now }: ProviderParts): OpenProvider {
  const given = settings as unknown as TokenioSettings
  const { TOKENIO_URL: url } = given
  const calls = url === undefined ? unset() : openCalls({ url, authorize: createAuthorize(given, now), now, identity: identityOf(settings) })
  const idPattern = idPatternOf(given.TOKENIO_ID_PATTERN)
  return {
    name: 'tokenio',
    channels: createChannels({ idPattern }),
    unregistered: given.TOKENIO_UNREGISTERED,
    registration: createRegistration({ idPattern, now }),
    events,
    fetchResult: createFetchResult(calls),
    toEvents: createToEvents({ deadline: given.TOKENIO_RESULT_DEADLINE_SECONDS * 1_000 }),
    troubleIn,
    visits: createVisits({ call: calls.call, idPattern, hosted: given.TOKENIO_HOSTED_CREDENTIALS }),
    health: calls.health,
    close: calls.close,
  }
}

/** The documents are generated without a Token.io to call. */
function unset (): Calls {
  return {
    call: () => Promise.reject(new Failure('PROVIDER_MISSING', { reason: 'TOKENIO_URL is not set' })),
    health: () => ({ status: 'failing', reason: 'TOKENIO_URL is not set' }),
    close: () => Promise.resolve(),
  }
}
