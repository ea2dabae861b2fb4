export interface LogLinesParts {
  /** Writes whole lines, in one call that returns once they are out. */
  readonly write: (lines: string) => void
  /** Milliseconds that a line waits at most. */
  readonly every?: number
  /** Characters that wait at most. */
  readonly most?: number
}

/** Where pino writes to. */
export interface LogLines {
  /** pino tells it the level of the line that comes next. */
  lastLevel: number
  write (line: string): void
  /** Writes what waits. pino calls it after a fatal line. */
  flushSync (): void
}

const error = 50 // pino's number for it

/**
 * Lines of a busy time go out together: each write into a pipe wakes its reader, which costs more than all else that is done for the line.
 * A line after a quiet time is written at once, and so is an error with all that waits before it.
 */
export function createLogLines ({ write, every = 50, most = 32 * 1024 }: LogLinesParts): LogLines {
  let waiting = ''
  let timer: NodeJS.Timeout | undefined
  const lines = {
    lastLevel: 0,
    [Symbol.for('pino.metadata')]: true, // asks pino for `lastLevel`

    write (line: string) {
      waiting += line
      if (timer === undefined) rest()
      else if (lines.lastLevel < error && waiting.length < most) return
      flushSync()
    },
    flushSync,
  }

  function flushSync (): void {
    if (waiting === '') return
    const text = waiting
    waiting = '' // first: a write that throws has its lines lost, not written for ever
    write(text)
  }

  function rest (): void {
    timer = setTimeout(() => {
      timer = undefined
      if (waiting === '') return
      rest()
      flushSync()
    }, every).unref()
  }

  return lines
}
