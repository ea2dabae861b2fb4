import { lookup as ofSystem, type LookupAddress, type LookupAllOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { isPublic } from './address.ts'
import { refused } from './refused.ts'

type Found = (error: Error | null, addresses: LookupAddress[]) => void
export type Lookup = (host: string, options: LookupAllOptions, found: Found) => void

const timeout = 3_000

export interface ConnectParts {
  readonly lookup?: Lookup | undefined
  /** Whether an address may be connected to. */
  readonly allows?: (address: string) => boolean
}

/** Connects to the open internet only: names are checked as resolved, and the other side once more as connected. */
export function createConnect ({ lookup = ofSystem, allows = isPublic }: ConnectParts = {}): buildConnector.connector {
  const connect = buildConnector({ timeout, lookup: guarded(lookup, allows) })
  return (options, connected) => connect(options, (...found) => {
    const [error, socket] = found
    if (error !== null || allows(socket.remoteAddress ?? '')) return connected(...found)
    socket.destroy()
    connected(refused(), null)
  })
}

/** Refuses a name as a whole when any of its addresses is closed, so that no second answer slips through. */
function guarded (lookup: Lookup, allows: (address: string) => boolean): LookupFunction {
  return (host, options, found) => lookup(host, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? []
    const fault = error ?? (first === undefined || !addresses.every(({ address }) => allows(address)) ? refused() : null)
    if (fault !== null || first === undefined) return found(fault, '')
    if (options.all === true) return found(null, addresses)
    found(null, first.address, first.family)
  })
}
