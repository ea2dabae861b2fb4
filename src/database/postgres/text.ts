/** A text as PostgreSQL takes it: a NUL, which no text of its may have, becomes the character that stands for what cannot be shown, as a lone surrogate does. */
export function textFor (text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
}
