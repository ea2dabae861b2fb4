import vm from 'node:vm'
import { refuse } from './refusal.ts'

/** Milliseconds: to read a query, and to hold a presentation against it. */
export const longest = { read: 1_000, hold: 250 }
/** Characters of a query. */
export const largest = 65_536

const call = new vm.Script('act()')
const place: { act?: (() => unknown) | undefined } = {}
let room: vm.Context | undefined

/**
 * What an act gives that takes so many milliseconds at most. Whatever it is at, it is ended then: an expression of a verifier and a text of a
 * wallet can go on together for years, and nobody else is served meanwhile. Throws `query_unsupported`.
 */
export function inTime<T> (act: () => T, longest: number): T {
  room ??= vm.createContext(place) // for its clock only: nothing is kept from anything here
  place.act = act
  try {
    return call.runInContext(room, { timeout: longest }) as T
  } catch (thrown) {
    throw (thrown as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? refuse('query_unsupported') : thrown
  } finally {
    place.act = undefined
  }
}
