import { resolved, type EventMessage, type MqttDocument, type Topic } from './described.ts'
import { html, prose, sample, type Markup } from './markup.ts'
import { schemaTable } from './schema-table.ts'

/** The topics, and every event that is published on them. */
export function eventsSection (document: MqttDocument): Markup {
  return html`<section id="mqtt"><h2>MQTT</h2><p>${prose(document.info.description)}</p>${Object.values(document.channels).map(topicOf)}
${Object.values(document.components.messages).map(message => eventOf(document, message))}</section>`
}

function topicOf ({ address, description, parameters }: Topic): Markup {
  const rows = Object.entries(parameters).map(([name, parameter]) =>
    html`<tr><th scope="row"><code>${name}</code></th><td>${prose(parameter.description)}</td></tr>`)
  return html`<h3><code>${address}</code></h3><p>${prose(description)}</p><table><tbody>${rows}</tbody></table>`
}

function eventOf (document: MqttDocument, { name, title, payload, examples }: EventMessage): Markup {
  const own = resolved(document, payload).allOf?.find(part => part.properties?.data !== undefined)
  return html`
<article id="${name}"><h4><code>${name}</code></h4><p>${title}</p>
<h5><code>data</code></h5>${schemaTable(document, own?.properties?.data ?? {})}${examples.map(example => sample(example.payload))}</article>`
}
