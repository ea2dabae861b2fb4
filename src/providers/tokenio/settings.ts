import type { Settings, SettingsSchema, Surroundings } from '../provider.ts'
import { idPatternOf } from './id.ts'
import { identityFaults } from './identity.ts'
import { keyFault } from './signing-key.ts'

export const settings: SettingsSchema = {
  TOKENIO_URL: {
    type: 'string',
    url: ['http:', 'https:'],
    description: "Token.io's API, such as https://api.sandbox.token.io. Unset outside production: the sandbox. Mandatory in production, https only.",
  },
  TOKENIO_API_KEY: {
    type: 'string',
    pattern: '^[\\x21-\\x7e]+$',
    maxLength: 4096,
    secret: true,
    description: "Token.io's API key, letter for letter as its dashboard shows it. Production needs it, or a key that signs.",
  },
  TOKENIO_JWT_KEY_FILE: {
    type: 'string',
    description: 'Private key that signs each request to Token.io: PEM (PKCS #8) or JWK, Ed25519, EC P-256 or RSA. Goes before TOKENIO_API_KEY.',
  },
  TOKENIO_MEMBER_ID: { type: 'string', pattern: '^[\\x21-\\x7e]+$', maxLength: 256, description: 'Member id at Token.io, such as m:…; with TOKENIO_JWT_KEY_FILE.' },
  TOKENIO_KEY_ID: { type: 'string', pattern: '^[\\x21-\\x7e]+$', maxLength: 256, description: "Id of the key at Token.io; with TOKENIO_JWT_KEY_FILE." },
  TOKENIO_CA_FILE: { type: 'string', description: "Certificate authorities of TOKENIO_URL, PEM. Default: those that Node trusts." },
  TOKENIO_CERT_FILE: { type: 'string', description: 'Our certificate for TOKENIO_URL (mutual TLS), PEM.' },
  TOKENIO_KEY_FILE: { type: 'string', description: 'The key of TOKENIO_CERT_FILE, PEM.' },
  TOKENIO_ID_PATTERN: {
    type: 'string',
    default: '^(?:rq|pm2?):[1-9A-HJ-NP-Za-km-z]{16,64}:[1-9A-HJ-NP-Za-km-z]{4,32}$',
    description: 'What a token request id looks like, as a regular expression.',
  },
  TOKENIO_UNREGISTERED: {
    enum: ['accept', 'reject'],
    default: 'accept',
    description: 'What becomes of a callback whose token request nobody registered: `accept` lets Token.io decide, `reject` answers 403.',
  },
  TOKENIO_RESULT_DEADLINE_SECONDS: {
    type: 'integer',
    minimum: 1,
    maximum: 86400,
    default: 2100,
    description: 'How long a result that is still pending is asked for.',
  },
  TOKENIO_HOSTED_CREDENTIALS: {
    type: 'boolean',
    default: true,
    description: "Whether what a bank wants of the user, such as a passcode, is asked for on our own pages. False: the company's own app asks, told by the event.",
  },
}

export interface TokenioSettings {
  readonly TOKENIO_URL?: string
  readonly TOKENIO_API_KEY?: string
  readonly TOKENIO_JWT_KEY_FILE?: string
  readonly TOKENIO_MEMBER_ID?: string
  readonly TOKENIO_KEY_ID?: string
  readonly TOKENIO_ID_PATTERN: string
  readonly TOKENIO_UNREGISTERED: 'accept' | 'reject'
  readonly TOKENIO_RESULT_DEADLINE_SECONDS: number
  readonly TOKENIO_HOSTED_CREDENTIALS: boolean
}

/** Faults that no single setting shows; read before the settings met their schema. */
export function faultsOf (given: Settings, { production, sandbox }: Surroundings): string[] {
  const { TOKENIO_URL: url, TOKENIO_ID_PATTERN: pattern } = given
  const faults: string[] = []
  if (url === undefined && production) faults.push('TOKENIO_URL is missing: production needs it')
  if (url === undefined && !production && !sandbox) faults.push('TOKENIO_URL is missing: without the sandbox it is needed')
  faults.push(...credentialFaults(given, production), ...identityFaults(given))
  if (typeof url === 'string' && URL.canParse(url)) faults.push(...urlFaults(new URL(url), production))
  if (typeof pattern === 'string' && !isPattern(pattern)) faults.push('TOKENIO_ID_PATTERN must be a regular expression')
  return faults
}

const signing = ['TOKENIO_JWT_KEY_FILE', 'TOKENIO_MEMBER_ID', 'TOKENIO_KEY_ID'] as const

function credentialFaults (given: Settings, production: boolean): string[] {
  const missing = signing.filter(name => given[name] === undefined)
  const file = given.TOKENIO_JWT_KEY_FILE
  const fault = typeof file === 'string' ? keyFault(file) : undefined
  if (missing.length < signing.length) return [...missing.map(name => `${name} is missing: ${signing.join(', ')} go together`), ...fault === undefined ? [] : [fault]]
  return production && given.TOKENIO_API_KEY === undefined ? [`TOKENIO_API_KEY is missing: production needs it, or ${signing.join(', ')}`] : []
}

function urlFaults ({ protocol, username, password, search, hash }: URL, production: boolean): string[] {
  const faults: string[] = []
  if (production && protocol === 'http:') faults.push('TOKENIO_URL must be https in production')
  if (`${username}${password}${search}${hash}` !== '') faults.push('TOKENIO_URL must not carry credentials, a query or a fragment')
  return faults
}

function isPattern (pattern: string): boolean {
  try {
    return idPatternOf(pattern) instanceof RegExp
  } catch {
    return false
  }
}
