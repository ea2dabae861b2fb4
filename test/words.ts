import { codeOf, type Sources } from './sources.ts'

/**
 * Words that `docs/architecture.md` forbids, with the one to use. Left to the reader's eye, since Node, HTTP, MQTT or the contract say
 * them all the time: container, correlation, listener, log, message, response, and "callback" for an injected function.
 */
const forbidden: { readonly [word: string]: string } = {
  webhook: 'callback', notification: 'callback',
  vendor: 'provider', integration: 'provider', gateway: 'provider',
  endpoint: 'channel',
  dedupe: 'key',
  session: 'registration', subscription: 'registration',
  outcome: 'result',
  queue: 'journal', store: 'journal', job: 'entry',
  save: 'append', lock: 'claim', fail: 'bury', deadletter: 'bury', replay: 'redrive', resend: 'redrive',
  dispatch: 'publish', dispatcher: 'publish', dispatching: 'publish', processing: 'resolve',
  poller: 'watch',
  consumer: 'subscriber',
  deps: 'parts', dependencies: 'parts', context: 'parts',
  utils: 'the noun', helpers: 'the noun', helper: 'the noun', util: 'the noun',
}

interface Forced { readonly identifier: RegExp, readonly where: RegExp, readonly why: string }

/** Identifiers that a standard or a library forces on us. */
const forced: readonly Forced[] = [
  { identifier: /^[dD]ispatcher$/, where: /^src\/(?:providers|sandbox|cli)\//, why: "undici's name of the option that takes an Agent, and of its type" },
  { identifier: /^FastifyContextConfig$/, where: /^src\/(?:app|ops|routes\/[\w-]+)\.ts$/, why: "Fastify's type of what a route is declared with" },
  { identifier: /^queueQoSZero$/, where: /^src\/publisher\//, why: 'option of mqtt' },
  { identifier: /subscriptions?$/i, where: /^src\/broker\//, why: "aedes' and MQTT's word for a topic filter with its QoS" },
  { identifier: /^queueMicrotask$/, where: /^src\//, why: "the platform's function" },
  { identifier: /^createSecureContext$/, where: /^src\/providers\/tokenio\/identity\.ts$/, why: "Node's name of the check that a certificate and its key fit" },
  { identifier: /^dependencies$/, where: /^scripts\/sbom\.ts$/, why: "CycloneDX's name of what needs what" },
  { identifier: /^OTEL_EXPORTER_OTLP_ENDPOINT$/, where: /^src\/(?:config|service)\.ts$/, why: "OpenTelemetry's own name of the setting" },
  { identifier: /^token_endpoint(?:_auth_\w+_supported)?$/, where: /^src\/(?:token|routes)\//, why: 'RFC 8414 §2' },
]

/** Each identifier of our own that has a forbidden word in it, as a sentence. What follows a dot is a library's, or was declared elsewhere. */
export function wrongWordsOf (sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, text]) => [...new Set(identifiersOf(text))].flatMap(identifier => {
    const word = wordsOf(identifier).find(word => Object.hasOwn(forbidden, word))
    if (word === undefined || forced.some(allowed => allowed.identifier.test(identifier) && allowed.where.test(file))) return []
    return [`${file} says ${identifier}: the word is ${forbidden[word]}`]
  }))
}

/** The same for the names of files and folders. */
export function wrongFilesOf (sources: Sources): string[] {
  const never = /(?:^|\/)(?:utils?|helpers?|common|shared|lib)(?:\/|\.)/
  return Object.keys(sources).filter(file => never.test(file) || wordsOf(file.replaceAll(/\W/g, '_')).some(word => Object.hasOwn(forbidden, word)))
}

function identifiersOf (text: string): string[] {
  return codeOf(text).match(/(?<![\w$]|(?<!\.\.)\.)[A-Za-z_$][\w$]*/g) ?? []
}

/** `deadLetterQueue` → dead, letter, deadletter, queue, letterqueue. */
function wordsOf (identifier: string): string[] {
  const words = identifier.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2').replaceAll(/([A-Z])([A-Z][a-z])/g, '$1_$2').toLowerCase().split(/[_$]+/)
  const singular = words.map(word => /[^s]s$/.test(word) && !Object.hasOwn(forbidden, word) ? word.slice(0, -1) : word)
  return [...singular, ...singular.slice(1).map((word, at) => `${singular[at]}${word}`)]
}
