import type { Callback, JsonObject } from '../domain/callback.ts'

export interface PlayParts {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Milliseconds that a user takes to enter what the bank asks for. */
  readonly entering?: number
  /** Milliseconds that a user takes to confirm on the phone. */
  readonly confirming?: number
  /** Milliseconds that a slow bank takes. */
  readonly dawdling?: number
}

/** What the user does at the fake bank. */
export const choices = ['approve', 'decline', 'unavailable', 'passcode', 'decoupled', 'slow'] as const
export type Choice = (typeof choices)[number]

/** What the simulated Token.io knows of its token requests. */
export interface Play {
  /** The simulation sent this callback. A final state stays, a repeat starts no new wait, and what was chosen at the fake bank goes before. */
  sent (callback: Callback): void
  /** The user chose this at the fake bank. */
  chosen (key: string, choice: Choice): void
  /** A passcode came: any but `wrongPasscode` ends the wait for it. */
  entered (key: string, passcode: string | undefined): 'AUTHENTICATED' | 'AUTHENTICATION_FAILED' | 'INVALID'
  /** Where a token request stands now; one of which no callback was seen is done. */
  stateOf (key: string): State
}

export interface State {
  readonly status: 'PENDING' | 'PROCESSED' | 'REJECTED' | 'EXPIRED'
  readonly reason?: string
}

interface Scene { readonly end: State, readonly endsAt: number, readonly isChosen?: boolean }

/** The passcode that the fake bank does not take. */
export const wrongPasscode = '000000'
const mostScenes = 10_000
const lifetime = 30 * 60_000
const processed: State = { status: 'PROCESSED', reason: 'The Token request has been processed.' }
const expired: State = { status: 'EXPIRED', reason: 'The Token request has expired.' }
const reasons = { decline: 'The user declined the request.', unavailable: 'Bank is unavailable' }

export function createPlay ({ now = Date.now, entering = 20_000, confirming = 10_000, dawdling = 8_000 }: PlayParts = {}): Play {
  const scenes = new Map<string, Scene>()

  function sceneOf ({ parameters: { error, fields } }: Callback): Scene {
    if (isObject(error)) return { end: { status: 'REJECTED', reason: String(error.message) }, endsAt: now() }
    if (!Array.isArray(fields)) return { end: processed, endsAt: now() }
    const decoupled = fields.some(field => isObject(field) && field.type === 'DECOUPLED')
    return { end: processed, endsAt: now() + (decoupled ? confirming : entering) }
  }

  function keep (key: string, scene: Scene): void {
    scenes.set(key, scene)
    if (scenes.size > mostScenes) scenes.delete(scenes.keys().next().value ?? '')
  }

  return {
    sent (callback) {
      const next = sceneOf(callback)
      const current = scenes.get(callback.key)
      if (current?.isChosen || (current !== undefined && current.endsAt <= Math.max(now(), next.endsAt))) return
      keep(callback.key, next)
    },
    chosen (key, choice) {
      const current = scenes.get(key)
      if (current !== undefined && current.endsAt <= now()) return
      if (choice === 'decline' || choice === 'unavailable') keep(key, { end: { status: 'REJECTED', reason: reasons[choice] }, endsAt: now(), isChosen: true })
      else if (choice === 'passcode') keep(key, { end: expired, endsAt: now() + lifetime, isChosen: true })
      else keep(key, { end: processed, endsAt: now() + { approve: 0, decoupled: confirming, slow: dawdling }[choice], isChosen: true })
    },
    entered (key, passcode) {
      const current = scenes.get(key)
      if (current === undefined || current.endsAt <= now()) return 'INVALID'
      if (passcode === undefined || passcode === wrongPasscode) return 'AUTHENTICATION_FAILED'
      keep(key, { end: processed, endsAt: now(), isChosen: true })
      return 'AUTHENTICATED'
    },
    stateOf (key) {
      const scene = scenes.get(key)
      if (scene === undefined) return processed
      return now() < scene.endsAt ? { status: 'PENDING' } : scene.end
    },
  }
}

function isObject (value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
