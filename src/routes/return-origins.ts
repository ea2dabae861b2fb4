import type { Detail } from '../domain/failure.ts'

/** Whether a browser may be sent to a URL: https (http for this machine), nobody's password in it, its origin one of those allowed. */
export function createReturnUrls ({ origins }: { readonly origins: readonly string[] }) {
  const allowed = new Set(origins.map(origin => new URL(origin).origin))
  const fault = (issue: string): Detail[] => [{ issue, field: 'returnUrl', location: 'body' }]

  return {
    faultsOf (text: string | undefined): Detail[] {
      if (text === undefined) return []
      const url = readTwoWays.test(text) ? null : URL.parse(text)
      if (url === null || url.username !== '' || url.password !== '' || !isSafe(url)) return fault('must be an https URL')
      return allowed.has(url.origin) ? [] : fault('has an origin that is not among RETURN_URL_ORIGINS')
    },
    /** As a browser reads it, so that what was checked is where it goes. */
    normal: (text: string): string => new URL(text).href,
  }
}

/** Not every reader takes these as a browser does: RFC 3986 has none of them. */
const readTwoWays = /[\\\s\p{Cc}]/u

function isSafe ({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && (hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)))
}
