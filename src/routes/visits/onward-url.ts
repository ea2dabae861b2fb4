/** Where a registered user goes on to: the URL with what is known, under `status` and `key`; what it says itself stays. */
export function onwardUrlOf (url: string, { status, key }: { readonly status: string, readonly key: string }): string {
  const target = new URL(url)
  target.searchParams.set('status', status)
  target.searchParams.set('key', key)
  return target.href
}
