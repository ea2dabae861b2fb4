import { Failure } from '../domain/failure.ts'

export function refused (): Failure {
  return new Failure('ADDRESS_REFUSED', { reason: 'the address is not on the open internet' })
}
