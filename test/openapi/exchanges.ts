import type { OpenApi, Operation } from './document.ts'
import { bodyExchanges } from './body-exchanges.ts'
import type { Asked, Exchange } from './exchange.ts'
import { queryExchanges } from './query-exchanges.ts'

/** Its reply ends when the client goes; `test/routes/live.test.ts` asks it. */
const endless = '/v1/entries/live'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Valid examples first, then everything that is wrong in one way, for every operation of the document. */
export function exchangesOf (document: OpenApi, isWanted: (path: string) => boolean = () => true): Exchange[] {
  return Object.entries(document.paths).filter(([path]) => isWanted(path) && path !== endless).flatMap(([path, item]) => [
    ...methods.flatMap(method => ofMethod(path, method, item[method.toLowerCase()])),
    { name: `GET below ${path}`, path, method: 'GET', url: `${path}/nowhere/at/all`, headers: {}, expected: 404 },
  ])
}

/** A key in the path, a code that names one, a bank's query that only the provider can read, a journal that may be no file. */
function dependsOnWhatWas (path: string): boolean {
  return path.includes('{') || path.endsWith('/fetch-iota-response') || path.endsWith('/bank-callback') || path === '/v1/backup'
}

/** The path of the state that the body names, or nobody's: what a right request of it is answered with depends on what was there before. */
function elsewhere ({ url, expected, ...exchange }: Exchange): Exchange {
  const [, state = 'nobody'] = /(?:"state":"|(?:^|&)state=)([^"&]{1,200})/.exec(exchange.body ?? '') ?? []
  return { ...exchange, url: url.replaceAll(/\{\w+\}/g, encodeURIComponent(state)), ...expected === undefined || expected === 200 ? {} : { expected } }
}

function ofMethod (path: string, method: string, operation: Operation | undefined): Exchange[] {
  const plain = { path, method, url: path, headers: {} }
  if (operation === undefined) return [{ ...plain, name: `${method} ${path}`, expected: 405 }]
  const asked: Asked = (name, rest = {}) => ({ ...plain, name: `${operation.operationId}: ${name}`, ...rest })
  const exchanges = operation.requestBody === undefined
    ? queryExchanges(asked, (operation.parameters ?? []).filter(parameter => parameter.in === 'query'))
    : bodyExchanges(asked, operation.requestBody.content)
  return dependsOnWhatWas(path) ? exchanges.map(elsewhere) : exchanges
}
