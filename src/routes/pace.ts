export interface PaceParts {
  readonly perMinute: number
  /** How many names are remembered: whoever asked longest ago is forgotten first. */
  readonly most: number
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

interface Window { count: number, readonly since: number }

const minute = 60_000

/** Counts what each name asks for, a minute at a time. Gives the milliseconds until it may ask again; undefined: it may now. */
export function createPace ({ perMinute, most, now = Date.now }: PaceParts): (name: string) => number | undefined {
  const windows = new Map<string, Window>() // in the order of their last use

  return function wait (name) {
    const time = now()
    let window = windows.get(name)
    if (window === undefined || window.since + minute <= time) window = { count: 0, since: time }
    windows.delete(name)
    windows.set(name, window)
    if (windows.size > most) forgetOldest()
    return ++window.count > perMinute ? window.since + minute - time : undefined
  }

  function forgetOldest (): void {
    const [oldest] = windows.keys()
    if (oldest !== undefined) windows.delete(oldest)
  }
}
