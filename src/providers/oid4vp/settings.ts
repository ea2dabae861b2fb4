import type { Settings, SettingsSchema, Surroundings } from '../provider.ts'

export const settings: SettingsSchema = {
  EVENT_PAYLOAD: {
    enum: ['inline', 'reference'],
    default: 'inline',
    description: 'Whether events carry presentations, or leave them here for the subscriber to claim with the response code.',
  },
  OID4VP_UNREGISTERED: {
    enum: ['reject', 'accept'],
    default: 'reject',
    description: 'What becomes of a response whose `state` nobody registered: `reject` answers 403, `accept` takes it.',
  },
  IOTA_URL: {
    type: 'string',
    url: ['https:', 'http:'],
    description: 'Base of a remote Iota, such as https://apse1.api.affinidi.io/ais: callbacks that bring its response_code are fetched there; https in production. Unset: only presentations are taken.',
  },
  IOTA_TOKEN: { type: 'string', secret: true, description: 'Project token for IOTA_URL.' },
  OID4VP_TRUSTED_ISSUERS_FILE: {
    type: 'string',
    description: 'Whose credentials are accepted: a JSON list of DIDs, https URLs and PEM certificates (anchors of x5c). Unset: any issuer that can be resolved, but no x5c.',
  },
}

/** Faults that no single setting shows. */
export function faultsOf ({ IOTA_URL: text }: Settings, { production }: Surroundings): string[] {
  const url = typeof text === 'string' ? URL.parse(text) : null
  if (url === null) return []
  const isHere = url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(url.hostname)
  return [
    ...production && url.protocol === 'http:' && !isHere ? ['IOTA_URL must be https in production: presentations come from there, and IOTA_TOKEN goes there'] : [],
    ...`${url.username}${url.password}${url.search}${url.hash}` === '' ? [] : ['IOTA_URL must not carry credentials, a query or a fragment'],
  ]
}
