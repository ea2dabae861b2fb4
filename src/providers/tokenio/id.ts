/** Longest id that is taken, in characters. */
export const idLength = 128

// RFC 3986 §3.3: a pchar without the percent sign, so that an id goes into a path raw and can never leave it
const segment = /^[A-Za-z0-9\-._~!$&'()*+,;=:@]+$/

/** Whether the id may stand in a path as it is. */
export function isSegment (id: string): boolean {
  return id.length <= idLength && segment.test(id) && id !== '.' && id !== '..'
}

/** The whole id must meet TOKENIO_ID_PATTERN, anchored or not. */
export function idPatternOf (pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, 'u')
}
