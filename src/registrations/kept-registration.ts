import type { Registration } from '../domain/registration.ts'

/** What rests sealed of a registration. */
interface Kept extends Pick<Registration, 'returnUrl' | 'details' | 'reply'> {
  /** What the client asked for. */
  readonly request: string
}

/** A registration's columns that are read by everybody who may read the database. */
export interface RegistrationRow {
  readonly owner: string
  readonly subscriber: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** The name under which the sealed part is bound to its row. */
export function sealName (provider: string, key: string): string {
  return `registration ${provider} ${key}`
}

export function keptText ({ returnUrl, details, reply }: Registration, request: string): string {
  const kept: Kept = { ...returnUrl !== undefined && { returnUrl }, details, reply, request }
  return JSON.stringify(kept)
}

export function readKept (text: string, key: { readonly provider: string, readonly key: string }, row: RegistrationRow): { readonly registration: Registration, readonly request: string } {
  const { request, ...kept } = JSON.parse(text) as Kept
  return { registration: { ...key, owner: row.owner, subscriber: row.subscriber, expiresAt: row.expiresAt, ...kept }, request }
}
