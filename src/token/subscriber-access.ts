import type { AccessClaims } from './token.ts'

/** What the embedded broker asks of a subscriber; its own `Access`, by shape. */
export interface SubscriberAccess {
  allows (topicFilter: string): boolean
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** What the bearer of these claims may subscribe to: no more than a broker does that enforces the `acl` itself. */
export function subscriberAccess ({ acl, exp }: Pick<AccessClaims, 'acl' | 'exp'>): SubscriberAccess {
  const granted = acl.map(({ topic }) => topic.split('/'))
  return {
    allows: filter => granted.some(levels => covers(levels, filter.split('/'))),
    expiresAt: exp * 1000,
  }
}

/**
 * True when the filter reaches nothing outside of what is granted. Levels are compared letter for letter, so a wildcard, `$share`
 * or `$SYS` where the grant has a name is no match, and `%2F` is no slash. [MQTT-4.7.1-2]
 */
function covers (granted: readonly string[], filter: readonly string[]): boolean {
  if (granted.at(-1) !== '#') return granted.length === filter.length && granted.every((level, at) => level === filter[at])
  return granted.slice(0, -1).every((level, at) => level === filter[at])
}
