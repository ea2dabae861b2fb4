import { createHash, timingSafeEqual } from 'node:crypto'

/** What a client may read, and until when. Nobody but the service publishes, so there is nothing to say of that. */
export interface Access {
  /** Also asked with a plain topic, before each delivery. */
  allows (topicFilter: string): boolean
  /** Milliseconds since 1970: the client is dropped then. */
  readonly expiresAt?: number
}

export interface Credentials {
  readonly clientId: string
  readonly username: string
  readonly password: string
}

/** Gives what a client with a password may do; nothing when the password is wrong. */
export type Authenticate = (credentials: Credentials) => Promise<Access | undefined>

export interface Grant {
  readonly access: Access
  readonly publishes: boolean
}

export interface Applicant {
  readonly clientId: string
  readonly username: string | undefined
  readonly password: string | undefined
  /** True only for a client on this very machine. */
  readonly local: boolean
}

export type Admission = Grant | 'bad credentials' | 'not authorized'

export interface AdmissionParts {
  readonly credentials: { readonly username: string, readonly password: string }
  readonly allowAnonymous: boolean
  readonly topicPrefix: string
  readonly authenticate?: Authenticate | undefined
}

/** Decides who is let in, and with what. */
export function createAdmission ({ credentials, allowAnonymous, topicPrefix, authenticate }: AdmissionParts) {
  const anonymous: Grant = { access: accessTo([`${topicPrefix}/#`, 'iota/v1/#']), publishes: false }
  const service: Grant = { access: { allows: () => true }, publishes: true }

  return async function admit ({ clientId, username = '', password = '', local }: Applicant): Promise<Admission> {
    if (equals(username, credentials.username) && equals(password, credentials.password)) return service
    if (password === '') return allowAnonymous && local ? anonymous : 'not authorized'
    const access = await authenticate?.({ clientId, username, password })
    return access === undefined ? 'bad credentials' : { access, publishes: false }
  }
}

/** Access to what lies within the granted filters, whose only wildcard is a `/#` at the end. */
export function accessTo (granted: readonly string[], expiresAt?: number): Access {
  return {
    allows: filter => !filter.startsWith('$') && granted.some(grant => covers(grant, filter)),
    ...expiresAt === undefined ? {} : { expiresAt },
  }
}

/** A filter that begins with the granted levels, letter for letter, cannot reach outside of them. */
function covers (grant: string, filter: string): boolean {
  return grant.endsWith('/#') ? filter.startsWith(grant.slice(0, -1)) : filter === grant
}

function equals (given: string, wanted: string): boolean {
  return timingSafeEqual(digest(given), digest(wanted))
}

function digest (text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
