const kinds: readonly (readonly [type: string, head: RegExp])[] = [
  ['image/png', /^\x89PNG\r\n\x1a\n/], // oxlint-disable-line no-control-regex
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF.{4}WEBP/s],
]

/** A field's picture, base64 or base64url, as a `data:` URL: Token.io does not say its type, so its first bytes do. Undefined for what is no picture. */
export function imageSource (image: string): string | undefined {
  const bytes = Buffer.from(image, 'base64')
  const head = bytes.subarray(0, 16).toString('latin1')
  const [type] = kinds.find(([, pattern]) => pattern.test(head)) ?? []
  return type && `data:${type};base64,${bytes.toString('base64')}`
}
