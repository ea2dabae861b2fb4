import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'
import type { Notice } from '../pages/texts.ts'

/** Where a user stands who waits with us. All of it is in the handle, so that any replica shows the page. */
export interface Visit {
  /** The entry of the callback that the user came with. */
  readonly entryId: string
  readonly key: string
  /** `landed`: came back, and waits for the result; `enter`: has something to do; `sent`: has done it; `cancelled`: refused it. */
  readonly phase: 'landed' | 'enter' | 'sent' | 'cancelled'
  /** How often something was sent for this entry. */
  readonly tries: number
  /** The mark of the step that the user came for. */
  readonly mark?: string
  readonly notice?: Notice
}

export interface Handles {
  close (visit: Visit): string
  /** Undefined for what was never given out. */
  open (handle: string): Opened | undefined
}

export interface Opened {
  readonly visit: Visit
  readonly expired: boolean
  /** Milliseconds since 1970: when the handle was made. */
  readonly since: number
}

export interface HandleParts {
  /** 32 bytes. */
  readonly secret: Uint8Array
  /** What the handles are for: one of another purpose opens nothing. */
  readonly purpose: string
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Milliseconds. */
  readonly lifetime?: number
}

const nonceLength = 12
const tagLength = 16

/** Handles that cannot be guessed or altered: the visit sealed with AES-256-GCM, in base64url. */
export function createHandles ({ secret, purpose, now = Date.now, lifetime = 20 * 60_000 }: HandleParts): Handles {
  const key = createSecretKey(secret)
  const bound = Buffer.from(purpose)

  return {
    close (visit) {
      const nonce = randomBytes(nonceLength)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bound)
      const text = JSON.stringify({ ...visit, until: now() + lifetime })
      return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url')
    },
    open (handle) {
      const bytes = Buffer.from(handle, 'base64url')
      if (bytes.length < nonceLength + tagLength) return undefined
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceLength), { authTagLength: tagLength }).setAAD(bound).setAuthTag(bytes.subarray(-tagLength))
        const text = decipher.update(bytes.subarray(nonceLength, -tagLength), undefined, 'utf8') + decipher.final('utf8')
        const { until, ...visit } = JSON.parse(text) as Visit & { readonly until: number }
        return { visit, expired: until <= now(), since: until - lifetime }
      } catch {
        return undefined
      }
    },
  }
}
