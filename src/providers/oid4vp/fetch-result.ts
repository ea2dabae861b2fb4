import type { Callback } from '../../domain/callback.ts'
import type { Result } from '../../domain/result.ts'
import type { ResponseParameters } from './to-callback.ts'

/** A wallet brings its result along: nobody is asked. `PRESENTED` with the presentation, `WALLET_ERROR` with the error, or `REFUSED` here. */
export async function fetchResult ({ parameters }: Callback): Promise<Result> {
  const { error, refused } = parameters as ResponseParameters
  if (refused !== undefined) return { status: 'REFUSED', data: {} }
  return { status: error === undefined ? 'PRESENTED' : 'WALLET_ERROR', data: parameters }
}
