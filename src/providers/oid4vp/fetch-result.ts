import type { Callback } from '../../domain/callback.ts'
import { Failure } from '../../domain/failure.ts'
import type { Result } from '../../domain/result.ts'
import type { RemoteRequest } from './remote-iota.ts'
import type { ResponseIncidental, ResponseParameters } from './to-callback.ts'

export interface FetchResultParts {
  /** Absent where no remote Iota is set. */
  readonly fetchRemote?: ((asked: RemoteRequest, signal: AbortSignal) => Promise<Result>) | undefined
}

/**
 * A wallet brings its result along: `PRESENTED` with the presentation, `WALLET_ERROR` with the error, or `REFUSED` here. Only where it
 * brings a code of a remote Iota is anybody asked.
 */
export function createFetchResult ({ fetchRemote }: FetchResultParts) {
  return async function fetchResult ({ parameters, incidental }: Callback, signal: AbortSignal): Promise<Result> {
    const { error, refused, responseCode } = parameters as ResponseParameters
    if (refused !== undefined) return { status: 'REFUSED', data: {} }
    if (responseCode === undefined) return { status: error === undefined ? 'PRESENTED' : 'WALLET_ERROR', data: parameters }
    const { remote } = (incidental ?? {}) as ResponseIncidental
    if (fetchRemote === undefined || remote === undefined) throw new Failure('PROVIDER_MISSING', { reason: 'IOTA_URL is not set' })
    return fetchRemote({ ...remote, responseCode }, signal)
  }
}
