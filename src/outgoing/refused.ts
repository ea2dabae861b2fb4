import { Failure } from '../domain/failure.ts'

export function refused (reason = 'the address is not on the open internet'): Failure {
  return new Failure('ADDRESS_REFUSED', { reason })
}
