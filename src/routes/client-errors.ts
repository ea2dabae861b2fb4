import type { Socket } from 'node:net'
import { Failure, type FailureCode } from '../domain/failure.ts'
import { bodyOf } from './error-reply.ts'
import { traceIdOf, traceparentOf } from './traceparent.ts'

const codes: { readonly [code: string]: FailureCode } = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
}

const phrases: { readonly [status: number]: string } = { 400: 'Bad Request', 408: 'Request Timeout', 431: 'Request Header Fields Too Large' } // an import of `node:http` has them, and loads all of Node's fetch

/** Answers in our form what Node's parser refuses, before there is any request to answer. `headers` are those of every answer. */
export function createClientErrors (headers: { readonly [name: string]: string }) {
  return function clientError ({ code = '' }: Error & { readonly code?: string }, socket: Socket): void {
    if (socket.writable && code !== 'ECONNRESET' && socket.bytesRead > 0 && !isAnswering(socket)) socket.write(answerTo(code, headers)) // who asked nothing is answered nothing
    socket.destroy()
  }
}

/** True when an answer is under way: a second one would be taken for a part of it. */
function isAnswering (socket: Socket & { readonly _httpMessage?: { readonly headersSent?: boolean } | null }): boolean {
  // oxlint-disable-next-line no-underscore-dangle -- where Node's own handler looks
  return socket._httpMessage?.headersSent === true
}

function answerTo (code: string, headers: { readonly [name: string]: string }): string {
  const failure = new Failure(codes[code] ?? 'PARAMETERS_INVALID', code in codes ? {} : { details: [{ issue: 'cannot be read', field: 'request', location: 'header' }] })
  const body = JSON.stringify(bodyOf(failure, traceIdOf(traceparentOf(undefined))))
  const all = { ...headers, 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body), connection: 'close' }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${failure.status} ${phrases[failure.status]}\r\n${lines.join('')}\r\n${body}`
}
