import type { Callback } from '../../domain/callback.ts'
import type { Result } from '../../domain/result.ts'
import type { ResponseParameters } from './to-callback.ts'

/** A wallet brings its result along: nobody is asked. `PRESENTED` with the presentation, or `WALLET_ERROR` with the error. */
export async function fetchResult ({ parameters }: Callback): Promise<Result> {
  const { error } = parameters as ResponseParameters
  return { status: error === undefined ? 'PRESENTED' : 'WALLET_ERROR', data: parameters }
}
