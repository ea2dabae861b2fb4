/** Where a browser may be sent: https only, without credentials, and no longer than a header takes. Undefined for anything else. */
export function httpsUrl (given: unknown): string | undefined {
  if (typeof given !== 'string' || given.length > 4096 || !URL.canParse(given)) return undefined
  const url = new URL(given)
  return url.protocol === 'https:' && url.username === '' && url.password === '' ? url.href : undefined
}
