import type { OpenProvider } from '../src/providers/provider.ts'
import manifest from '../package.json' with { type: 'json' }

const description = `Banks, Token.io and identity wallets end an authorization by calling one of these operations. What
came of it is published to MQTT: see the AsyncAPI document.

The same callback sent again gets the same answer and makes no second event. Every error has one form; a browser
(\`Accept: text/html\`) gets the same status as a page. An unknown path is answered with \`NotFoundError\`, a method that a path does
not take with \`MethodNotAllowedError\` and \`Allow\`. A request line and headers beyond 16 KiB together are
cut off with 431 before anything is read.`

const publicServer = {
  url: '{publicUrl}',
  description: 'The public listener.',
  variables: { publicUrl: { default: 'http://localhost:8080', description: '`PUBLIC_URL`' } },
}
export const opsServer = {
  url: '{opsUrl}',
  description: 'The ops listener, for operators only.',
  variables: { opsUrl: { default: 'http://127.0.0.1:8081', description: '`OPS_HOST` and `OPS_PORT`' } },
}

/** All that stands before the paths. */
export function preface (providers: readonly OpenProvider[]): object {
  return {
    info: {
      title: 'Callback receiver',
      version: manifest.version,
      description: description.replaceAll(/(?<!\n)\n(?!\n)/g, ' '),
      license: { name: 'Apache License 2.0', identifier: manifest.license },
    },
    servers: [publicServer],
    tags: [
      ...providers.map(({ name }) => ({ name, description: `Callbacks of the provider \`${name}\`.` })),
      { name: 'registrations', description: 'What a client says beforehand: which key it awaits, who subscribes, where the user returns.' },
      { name: 'events', description: "A key's last event over HTTP, for whom MQTT does not reach." },
      { name: 'token', description: 'The OAuth 2.0 token endpoint, its keys and its metadata.' },
      { name: 'health', description: 'For probes, on both listeners.' },
      { name: 'entries', description: 'What the journal holds, for operators, on the ops listener.' },
      { name: 'console', description: "The operators' page, and what drives the sandbox, on the ops listener." },
      { name: 'documents', description: 'The interfaces described, on the ops listener.' },
    ],
  }
}
