import { resolved, type Schema } from './described.ts'
import { html, prose, type Markup } from './markup.ts'

interface Row { readonly name: string, readonly type: string, readonly required: boolean, readonly description: string }

/** A table of an object's members, those of its members below them. */
export function schemaTable (document: object, schema: Schema): Markup {
  const rows = rowsOf(document, schema, '')
  return rows.length === 0 ? html`` : table(rows)
}

export function table (rows: readonly Row[]): Markup {
  return html`<table><thead><tr><th scope="col">Name<th scope="col">Type<th scope="col">Meaning</tr></thead><tbody>${rows.map(({ name, type, required, description }) =>
    html`<tr><th scope="row"><code>${name}</code>${required ? html` <small>required</small>` : ''}</th><td>${type}</td><td>${prose(description)}</td></tr>`)}</tbody></table>`
}

function rowsOf (document: object, given: Schema, prefix: string): Row[] {
  const schema = resolved(document, given)
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const inner = resolved(document, member)
    const row = { name: `${prefix}${name}`, type: typeOf(inner), required: schema.required?.includes(name) ?? false, description: inner.description ?? '' }
    return [row, ...rowsOf(document, inner, `${prefix}${name}.`), ...inner.items === undefined ? [] : rowsOf(document, inner.items, `${prefix}${name}[].`)]
  })
  return [...schema.allOf?.flatMap(part => rowsOf(document, part, prefix)) ?? [], ...own]
}

/** A schema's type in a few words. */
export function typeOf (schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(value => JSON.stringify(value)).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.map(typeOf).join(' | ')
  const type = [schema.type ?? 'any'].flat().join(' | ')
  return `${type}${schema.format === undefined ? '' : `, ${schema.format}`}${schema.maxLength === undefined ? '' : `, at most ${schema.maxLength} characters`}`
}
