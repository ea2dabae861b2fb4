const longestWait = 15 * 60_000

/** What a `Retry-After` header asks for (RFC 9110 §10.2.3: seconds or a date), in milliseconds, a quarter of an hour at most; undefined: nothing that can be read. */
export function retryAfterOf (header: string | string[] | undefined, now: number): number | undefined {
  const given = (Array.isArray(header) ? header[0] : header)?.trim()
  if (!given) return undefined
  const wait = /^\d+$/.test(given) ? Number(given) * 1_000 : Date.parse(given) - now
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), longestWait)
}
