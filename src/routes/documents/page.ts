import type { HttpDocument, MqttDocument } from './described.ts'
import { eventsSection } from './events.ts'
import { html, type Markup } from './markup.ts'
import { operationsSection } from './operations.ts'

/** The page's whole style; its hash is all that the Content-Security-Policy lets through. */
export const documentsStyle = `
:root{color-scheme:light dark;--line:#d5d5d5;--soft:#f5f5f5;--ink:#1b1b1b;--paper:#fff;--mark:#0b5cad}
@media(prefers-color-scheme:dark){:root{--line:#3a3a3a;--soft:#232323;--ink:#eee;--paper:#161616;--mark:#7db8f0}}
body{font:1rem/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--paper)}
a,.method{color:var(--mark)}nav a{margin-right:1rem}
p{white-space:pre-line}h4{margin:1rem 0 0}h5{margin:1rem 0 .25rem}small{opacity:.75;font-weight:400}
article{border:1px solid var(--line);border-radius:.5rem;padding:0 1rem 1rem;margin:1rem 0}
table{border-collapse:collapse;width:100%;display:block;overflow-x:auto}
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-top:1px solid var(--line)}th{font-weight:600}
code,pre{font-family:ui-monospace,monospace;font-size:.875em}
pre{background:var(--soft);padding:.75rem;border-radius:.25rem;overflow-x:auto}
`

const files = ['openapi.yaml', 'openapi.json', 'asyncapi.yaml', 'asyncapi.json']

/** Both documents as one page that needs nothing else: no script, no font, no picture. */
export function documentsPage (http: HttpDocument, mqtt: MqttDocument): string {
  const { title, version } = http.info
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>${raw(documentsStyle)}</style></head>
<body><header><h1>${title} <small>${version}</small></h1>
<nav><a href="#http">HTTP</a><a href="#errors">Errors</a><a href="#mqtt">MQTT</a>${files.map(file => html`<a href="/${file}">${file}</a>`)}</nav></header>
<main>${operationsSection(http)}${eventsSection(mqtt)}</main></body>
</html>
`.markup
}

function raw (markup: string): Markup {
  return { markup }
}
