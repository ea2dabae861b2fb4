import { resolved, type Example, type HttpDocument, type Media, type Operation, type Reply } from './described.ts'
import { html, prose, sample, type Markup } from './markup.ts'
import { schemaTable, table, typeOf } from './schema-table.ts'

interface Found { readonly path: string, readonly method: string, readonly operation: Operation }

/** Every operation, by its tag, and the table of errors. */
export function operationsSection (document: HttpDocument): Markup {
  const operations = operationsOf(document)
  return html`<section id="http"><h2>HTTP</h2><p>${prose(document.info.description)}</p>
${document.tags.map(({ name, description }) => html`
<section><h3>${name}</h3><p>${prose(description)}</p>
${operations.filter(({ operation }) => operation.tags?.includes(name)).map(found => operationOf(document, found))}</section>`)}
<section id="errors"><h3>Errors</h3>${errorTable(document)}</section></section>`
}

/** A path has other members than operations, such as its servers. */
function operationsOf ({ paths }: HttpDocument): Found[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, operation]) => operation.operationId === undefined ? [] : [{ path, method, operation }]))
}

function operationOf (document: HttpDocument, { path, method, operation }: Found): Markup {
  const { operationId, summary, description, requestBody, responses, security = [] } = operation
  const schemes = security.map(scheme => Object.keys(scheme).join(' and ') || 'none').join(', or ')
  return html`
<article id="${operationId}"><h4><span class="method">${method.toUpperCase()}</span> <code>${path}</code></h4>
<p>${prose(summary)}</p>${description === undefined ? '' : html`<p>${prose(description)}</p>`}${schemes === '' ? '' : html`<p>Authorization: ${schemes}</p>`}
${parametersOf(operation)}
${Object.entries(requestBody?.content ?? {}).map(([type, media]) => html`<h5>Body, <code>${type}</code></h5>
${schemaTable(document, media.schema ?? {})}${samplesOf(media)}`)}
<h5>Replies</h5>
<table><tbody>${Object.entries(responses).map(([status, reply]) => replyRow(document, status, reply))}</tbody></table></article>`
}

function parametersOf ({ parameters = [] }: Operation): Markup {
  if (parameters.length === 0) return html``
  const rows = parameters.map(({ name, schema, ...rest }) => ({ name, type: typeOf(schema), required: false, description: '', ...rest }))
  const named = [...new Set(parameters.flatMap(({ examples = {} }) => Object.keys(examples)))]
  const queries = named.map(example => html`<p>${example}</p><pre tabindex="0"><code>?${queryOf(parameters, example)}</code></pre>`)
  return html`<h5>Query</h5>${table(rows)}${queries}`
}

/** The query that the parameters' examples of one name make together. */
function queryOf (parameters: NonNullable<Operation['parameters']>, example: string): string {
  const pairs = parameters.flatMap(({ name, examples }): [string, string][] => {
    const given = examples?.[example]
    return given === undefined ? [] : [[name, String(given.value)]]
  })
  return new URLSearchParams(pairs).toString()
}

function samplesOf ({ examples = {} }: Media): Markup[] {
  return Object.entries(examples).map(([name, { value }]: [string, Example]) => html`<p>${name}</p>${sample(value)}`)
}

function replyRow (document: HttpDocument, status: string, given: Reply): Markup {
  const { description, content = {} } = resolved(document, given)
  const { schema } = content['application/json'] ?? {}
  const isShared = given.$ref !== undefined // shown once, in the table of errors
  return html`<tr><th scope="row">${status}</th><td>${prose(description)} <small>${Object.keys(content).join(', ')}</small>
${isShared || schema === undefined ? '' : schemaTable(document, schema)}</td></tr>`
}

function errorTable ({ components: { responses } }: HttpDocument): Markup {
  const rows = Object.entries(responses).map(([name, { description, content }]) => html`<tr><th scope="row"><code>${name}</code></th>
<td>${prose(description)}${samplesOf(content?.['application/json'] ?? {}).slice(0, 1)}</td></tr>`)
  return html`<table><tbody>${rows}</tbody></table>`
}
