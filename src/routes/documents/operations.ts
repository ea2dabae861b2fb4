import { resolved, type Example, type HttpDocument, type Media, type Operation, type Reply } from './described.ts'
import { html, prose, sample, type Markup } from './markup.ts'
import { schemaTable, table, typeOf } from './schema-table.ts'

/** Every operation, by its tag, and the table of errors. */
export function operationsSection (document: HttpDocument): Markup {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).filter(([, operation]) => operation.operationId !== undefined).map(([method, operation]) => ({ path, method, operation })))
  return html`<section id="http"><h2>HTTP</h2><p>${prose(document.info.description)}</p>${document.tags.map(({ name, description }) => html`
<section><h3>${name}</h3><p>${prose(description)}</p>${operations.filter(({ operation }) => operation.tags?.includes(name)).map(found => operationOf(document, found))}</section>`)}
<section id="errors"><h3>Errors</h3>${errorTable(document)}</section></section>`
}

function operationOf (document: HttpDocument, { path, method, operation }: { path: string, method: string, operation: Operation }): Markup {
  const bodies = Object.entries(operation.requestBody?.content ?? {})
  return html`
<article id="${operation.operationId}"><h4><span class="method">${method.toUpperCase()}</span> <code>${path}</code></h4><p>${prose(operation.summary)}</p>
${parametersOf(operation)}${bodies.map(([type, media]) => html`<h5>Body, <code>${type}</code></h5>${schemaTable(document, media.schema ?? {})}${samplesOf(media)}`)}
<h5>Replies</h5><table><tbody>${Object.entries(operation.responses).map(([status, reply]) => replyRow(document, status, reply))}</tbody></table></article>`
}

function parametersOf ({ parameters = [] }: Operation): Markup {
  if (parameters.length === 0) return html``
  const rows = parameters.map(({ name, schema, required = false, description = '' }) => ({ name, type: typeOf(schema), required, description }))
  const named = new Set(parameters.flatMap(({ examples = {} }) => Object.keys(examples)))
  const queries = [...named].map(example => new URLSearchParams(parameters.flatMap(({ name, examples }): [string, string][] => {
    const given = examples?.[example]
    return given === undefined ? [] : [[name, String(given.value)]]
  })))
  return html`<h5>Query</h5>${table(rows)}${queries.map((query, at) => html`<p>${[...named][at]}</p><pre tabindex="0"><code>?${query.toString()}</code></pre>`)}`
}

function samplesOf ({ examples = {} }: Media): Markup[] {
  return Object.entries(examples).map(([name, { summary, value }]: [string, Example]) => html`<p>${summary ?? name}</p>${sample(value)}`)
}

function replyRow (document: HttpDocument, status: string, given: Reply): Markup {
  const { description = '', content = {} } = resolved(document, given)
  const { schema } = content['application/json'] ?? {}
  const types = Object.keys(content).join(', ')
  return html`<tr><th scope="row">${status}</th><td>${prose(description)} <small>${types}</small>${given.$ref === undefined && schema !== undefined ? schemaTable(document, schema) : ''}</td></tr>`
}

function errorTable ({ components: { responses } }: HttpDocument): Markup {
  return html`<table><tbody>${Object.entries(responses).map(([name, { description, content }]) => html`<tr><th scope="row"><code>${name}</code></th><td>${prose(description)}
${samplesOf(content?.['application/json'] ?? {}).slice(0, 1)}</td></tr>`)}</tbody></table>`
}
