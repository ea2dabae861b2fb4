import { resolved, type Schema } from './described.ts'
import { html, prose, type Markup } from './markup.ts'

interface Row { readonly name: string, readonly type: string, readonly required: boolean, readonly description: string }

/** A table of an object's members, those of its members below them. */
export function schemaTable (document: object, schema: Schema): Markup {
  const rows = rowsOf(document, schema, '')
  return rows.length === 0 ? html`` : table(rows)
}

export function table (rows: readonly Row[]): Markup {
  const body = rows.map(({ name, type, required, description }) => html`
<tr><th scope="row"><code>${name}</code>${required ? html` <small>required</small>` : ''}</th><td>${type}</td><td>${prose(description)}</td></tr>`)
  return html`<table><thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${body}</tbody></table>`
}

function rowsOf (document: object, given: Schema, prefix: string): Row[] {
  const { properties = {}, required = [], allOf = [] } = resolved(document, given)
  const own = Object.entries(properties).flatMap(([name, member]) => {
    const inner = resolved(document, member)
    const path = `${prefix}${name}`
    const row = { name: path, type: typeOf(inner), required: required.includes(name), description: inner.description ?? '' }
    return [row, ...rowsOf(document, inner, `${path}.`), ...rowsOf(document, inner.items ?? {}, `${path}[].`)]
  })
  return [...allOf.flatMap(part => rowsOf(document, part, prefix)), ...own]
}

/** A schema's type in a few words. */
export function typeOf (schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(value => JSON.stringify(value)).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.map(typeOf).join(' | ')
  const words = [[schema.type ?? 'any'].flat().join(' | ')]
  if (schema.format !== undefined) words.push(schema.format)
  if (schema.maxLength !== undefined) words.push(`at most ${schema.maxLength} characters`)
  return words.join(', ')
}
