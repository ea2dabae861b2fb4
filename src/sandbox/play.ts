import type { Callback, JsonObject } from '../domain/callback.ts'

export interface PlayParts {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Milliseconds that a user takes to enter what the bank asks for. */
  readonly entering?: number
  /** Milliseconds that a user takes to confirm on the phone. */
  readonly confirming?: number
}

/** What the simulated Token.io knows of its token requests. */
export interface Play {
  /** The simulation sent this callback. A final state stays, and a repeat starts no new wait. */
  sent (callback: Callback): void
  /** Where a token request stands now; one of which no callback was seen is done. */
  stateOf (key: string): State
}

export interface State {
  readonly status: 'PENDING' | 'PROCESSED' | 'REJECTED'
  readonly reason?: string
}

interface Scene { readonly end: State, readonly endsAt: number }

const mostScenes = 10_000
const processed: State = { status: 'PROCESSED', reason: 'The Token request has been processed.' }

export function createPlay ({ now = Date.now, entering = 20_000, confirming = 10_000 }: PlayParts = {}): Play {
  const scenes = new Map<string, Scene>()

  function sceneOf ({ parameters: { error, fields } }: Callback): Scene {
    if (isObject(error)) return { end: { status: 'REJECTED', reason: String(error.message) }, endsAt: now() }
    if (!Array.isArray(fields)) return { end: processed, endsAt: now() }
    const decoupled = fields.some(field => isObject(field) && field.type === 'DECOUPLED')
    return { end: processed, endsAt: now() + (decoupled ? confirming : entering) }
  }

  return {
    sent (callback) {
      const next = sceneOf(callback)
      const current = scenes.get(callback.key)
      if (current !== undefined && current.endsAt <= Math.max(now(), next.endsAt)) return
      scenes.set(callback.key, next)
      if (scenes.size > mostScenes) scenes.delete(scenes.keys().next().value ?? '')
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
