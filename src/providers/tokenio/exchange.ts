import type { Dispatcher } from 'undici'
import type { Reply } from './refusal.ts'

export interface ExchangeParts {
  readonly dispatcher: Pick<Dispatcher, 'dispatch'>
  readonly request: Dispatcher.DispatchOptions
  readonly signal: AbortSignal
  /** Milliseconds until it ends in any case. */
  readonly wait: number
  /** A larger body is not read to its end, and the reply has no text. */
  readonly mostBytes: number
}

/** One request, one whole reply. undici's `request` would make a stream of each body, and a signal of its own for each call, which costs more than the exchange. */
export function exchange ({ dispatcher, request, signal, wait, mostBytes }: ExchangeParts): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let stopped: Error | undefined
    let [status, headers]: [number, Reply['headers']] = [0, {}]
    let [chunks, bytes]: [Buffer[], number] = [[], 0]
    const timer = setTimeout(() => stop(new DOMException('too late', 'TimeoutError')), wait)
    const abort = (): void => stop(new DOMException('called off', 'AbortError'))
    signal.addEventListener('abort', abort)
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }

    /** Ends it here, and at the socket as soon as it has one. */
    function stop (reason: Error): void {
      end()
      stopped = reason
      controller?.abort(reason)
      reject(reason)
    }

    function tooMuch (): void {
      end()
      chunks = []
      resolve({ status, headers, text: undefined })
      controller?.abort(stopped = new Error('too large'))
    }

    if (signal.aborted) return abort()
    dispatcher.dispatch(request, {
      onRequestStart (given) {
        controller = given
        if (stopped !== undefined) given.abort(stopped)
      },
      onResponseStart (_, statusCode, given) {
        if (statusCode >= 200) [status, headers] = [statusCode, given] // before it, there may be hints
      },
      onResponseData (_, chunk) {
        bytes += chunk.length
        if (bytes > mostBytes) tooMuch()
        else chunks.push(chunk)
      },
      onResponseEnd () {
        end()
        resolve({ status, headers, text: (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8') })
      },
      onResponseError (_, thrown) {
        end()
        reject(thrown)
      },
    })
  })
}
