/** Text that is HTML already. Anything else that comes into a template is escaped. */
export interface Markup { readonly markup: string }

type Part = Markup | string | number | undefined | readonly Part[]

/** A template of HTML: every value in it is escaped, unless it is markup itself. */
export function html (texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: texts.map((text, at) => `${text}${at < parts.length ? written(parts[at]) : ''}`).join('') }
}

function written (part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return 'markup' in part ? part.markup : part.map(written).join('')
}

/** Escaped text whose words in backticks are code. */
export function prose (text = ''): Markup {
  return { markup: escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>') }
}

/** A value as indented JSON. */
export function sample (value: unknown): Markup {
  return html`<pre tabindex="0"><code>${JSON.stringify(value, null, 2)}</code></pre>`
}

const entities: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escaped (text: string): string {
  return text.replaceAll(/[&<>"']/g, character => entities[character] ?? '')
}
