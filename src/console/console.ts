import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'

const folder = new URL('page/', import.meta.url)
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
const files = [
  { url: '/', file: 'index.html', mediaType: 'text/html', operationId: 'console', summary: "The operator's console" },
  { url: '/console.js', file: 'console.js', mediaType: 'text/javascript', operationId: 'consoleScript', summary: 'Its script' },
  { url: '/console-parts.js', file: 'console-parts.js', mediaType: 'text/javascript', operationId: 'consoleParts', summary: 'What its scripts share' },
  { url: '/console-entries.js', file: 'console-entries.js', mediaType: 'text/javascript', operationId: 'consoleEntries', summary: 'Its table' },
  { url: '/console-troubles.js', file: 'console-troubles.js', mediaType: 'text/javascript', operationId: 'consoleTroubles', summary: 'What it says of troubles' },
  { url: '/console-charts.js', file: 'console-charts.js', mediaType: 'text/javascript', operationId: 'consoleCharts', summary: 'Its charts' },
  { url: '/console.css', file: 'console.css', mediaType: 'text/css', operationId: 'consoleStyle', summary: 'Its style' },
] as const

/** The operator's web page: hand-written files, served as they are, read when they are first asked for. */
export function addConsole (ops: FastifyInstance): void {
  for (const { url, file, mediaType, operationId, summary } of files) {
    let kept: string | undefined
    ops.get(url, { schema: { operationId, summary, tags: ['console'], produces: [mediaType], response: { 200: { type: 'string' } } } }, async (_request, reply) => {
      kept ??= await readFile(new URL(file, folder), 'utf8')
      return reply.type(`${mediaType}; charset=utf-8`).header('content-security-policy', policy).send(kept)
    })
  }
}
