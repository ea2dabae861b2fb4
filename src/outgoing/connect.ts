import { lookup as ofSystem, type LookupAddress, type LookupAllOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { Failure } from '../domain/failure.ts'
import { isPublic } from './address.ts'

type Found = (error: Error | null, addresses: LookupAddress[]) => void
export type Lookup = (host: string, options: LookupAllOptions, found: Found) => void

const timeout = 3_000

/** Connects to the open internet only: names are checked as resolved, and the other side once more as connected. */
export function createConnect (lookup: Lookup = ofSystem): buildConnector.connector {
  const connect = buildConnector({ timeout, lookup: guarded(lookup) })
  return (options, connected) => connect(options, (...found) => {
    const [error, socket] = found
    if (error !== null || isPublic(socket.remoteAddress ?? '')) return connected(...found)
    socket.destroy()
    connected(refused(), null)
  })
}

/** Refuses a name as a whole when any of its addresses is closed, so that no second answer slips through. */
function guarded (lookup: Lookup): LookupFunction {
  return (host, options, found) => lookup(host, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? []
    const fault = error ?? (first === undefined || !addresses.every(({ address }) => isPublic(address)) ? refused() : null)
    if (fault !== null || first === undefined) return found(fault, '')
    if (options.all === true) return found(null, addresses)
    found(null, first.address, first.family)
  })
}

export function refused (): Failure {
  return new Failure('ADDRESS_REFUSED', { reason: 'the address is not on the open internet' })
}
