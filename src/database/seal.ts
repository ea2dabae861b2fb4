import { createCipheriv, createDecipheriv, createHash, createSecretKey } from 'node:crypto'
import { Failure } from '../domain/failure.ts'
import { randomOf } from './random.ts'

/**
 * What rests in the journal. A sealed value is one byte 1, 4 bytes of key id (the head of the key's SHA-256), 12 bytes of nonce,
 * the AES-256-GCM ciphertext and its 16-byte tag; without keys it is one byte 0 and the text in UTF-8.
 */
export interface Seal {
  /** `name` is bound to the value, so that no row's value can be moved to another. */
  close (text: string, name: string): Uint8Array
  /** Throws `JOURNAL_UNREADABLE` when no key fits or the value was altered. */
  open (value: Uint8Array, name: string): string
  /** True when the value is sealed as a new one would be. */
  isCurrent (value: Uint8Array): boolean
}

const plain = 0
const sealed = 1
const idLength = 4
const nonceLength = 12
const tagLength = 16
const headLength = 1 + idLength + nonceLength
const tagged = { authTagLength: tagLength }

/** The first key seals, all of them open; with none, nothing is sealed. */
export function createSeal (keys: readonly Uint8Array[]): Seal {
  if (keys.some(key => key.length !== 32)) throw new Failure('SETTINGS_INVALID', { reason: 'JOURNAL_ENCRYPTION_KEYS: each key must be 32 bytes long.' })
  const known = new Map(keys.map(key => [idOf(key).toString('hex'), createSecretKey(key)]))
  const first = keys[0] && createSecretKey(keys[0])
  const mark = first === undefined ? Buffer.of(plain) : Buffer.concat([Buffer.of(sealed), idOf(keys[0]!)])

  return {
    close (text, name) {
      if (first === undefined) return Buffer.concat([mark, Buffer.from(text)])
      const nonce = randomOf(nonceLength)
      const cipher = createCipheriv('aes-256-gcm', first, nonce).setAAD(Buffer.from(name))
      const body = cipher.update(text, 'utf8')
      cipher.final() // gives nothing: GCM holds nothing back
      const value = Buffer.allocUnsafe(headLength + body.length + tagLength)
      value.set(mark)
      value.set(nonce, mark.length)
      value.set(body, headLength)
      value.set(cipher.getAuthTag(), headLength + body.length)
      return value
    },

    open (value, name) {
      if (value[0] === plain) return Buffer.from(value.subarray(1)).toString()
      if (value[0] !== sealed || value.length < headLength + tagLength) throw unreadable('A kept value is damaged.')
      const key = known.get(Buffer.from(value.subarray(1, 1 + idLength)).toString('hex'))
      if (key === undefined) throw unreadable('A kept value is sealed under a key that is not among JOURNAL_ENCRYPTION_KEYS.')
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, value.subarray(1 + idLength, headLength), tagged)
        decipher.setAAD(Buffer.from(name)).setAuthTag(value.subarray(-tagLength))
        const text = decipher.update(value.subarray(headLength, -tagLength))
        decipher.final() // throws when the tag does not fit
        return text.toString()
      } catch (cause) {
        throw unreadable('A kept value is damaged: its seal is broken.', cause)
      }
    },

    isCurrent: value => mark.equals(value.subarray(0, mark.length)),
  }
}

function idOf (key: Uint8Array): Buffer {
  return createHash('sha256').update(key).digest().subarray(0, idLength)
}

function unreadable (reason: string, cause?: unknown): Failure {
  return new Failure('JOURNAL_UNREADABLE', { reason, cause })
}
