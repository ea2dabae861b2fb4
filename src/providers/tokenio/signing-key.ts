import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** The private key of a file, PEM (PKCS #8) or JWK; undefined when there is none, or none that Token.io takes. */
export function readKey (file: string): KeyObject | undefined {
  return keyIn(textOf(file) ?? '')
}

/** What is wrong with the key file, as a sentence; undefined: nothing. */
export function keyFault (file: string): string | undefined {
  const text = textOf(file)
  if (text === undefined) return 'TOKENIO_JWT_KEY_FILE cannot be read'
  return keyIn(text) === undefined ? 'TOKENIO_JWT_KEY_FILE must hold a private key, PEM (PKCS #8) or JWK: Ed25519, EC P-256, or RSA of at least 2048 bits' : undefined
}

function textOf (file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function keyIn (text: string): KeyObject | undefined {
  try {
    const key = text.trimStart().startsWith('{') ? createPrivateKey({ key: JSON.parse(text) as JsonWebKey, format: 'jwk' }) : createPrivateKey(text)
    return algorithmOf(key) && key
  } catch {
    return undefined
  }
}

/** The JWS algorithm of a key; RFC 7518 §3.3: no RSA key below 2048 bits. */
export function algorithmOf ({ asymmetricKeyType: type, asymmetricKeyDetails: details = {} }: KeyObject): 'EdDSA' | 'ES256' | 'RS256' | undefined {
  if (type === 'ed25519') return 'EdDSA'
  if (type === 'ec' && details.namedCurve === 'prime256v1') return 'ES256'
  return type === 'rsa' && (details.modulusLength ?? 0) >= 2048 ? 'RS256' : undefined
}
