import type { LogOutput } from './log-output.ts'

export interface LogLinesParts {
  readonly output: LogOutput
  /** Milliseconds that a line waits at most. */
  readonly every?: number
  /** Characters that wait for others. */
  readonly most?: number
  /** Characters that wait for whoever reads the log. */
  readonly mostKept?: number
  /** Milliseconds that the end waits for the reader. */
  readonly patience?: number
}

/** Where pino writes to. */
export interface LogLines {
  /** pino tells it the level of the line that comes next. */
  lastLevel: number
  write (line: string): void
  /** Writes what waits, as far as it is read. pino calls it after a fatal line. */
  flushSync (): void
  /** The same at the end, which waits a moment for a reader that is behind. */
  end (): void
}

const error = 50 // pino's number for it

/**
 * Lines of a busy time go out together: each write into a pipe wakes its reader, which costs more than all else that is done for the line.
 * A line after a quiet time is written at once, and so is an error with all that waits before it. Where nobody reads them, lines wait up to a limit,
 * and those that come then are lost; how many is said once somebody reads again.
 */
export function createLogLines ({ output, every = 50, most = 32 * 1024, mostKept = 1024 * 1024, patience = 500 }: LogLinesParts): LogLines {
  let waiting = ''
  let lost = 0
  let timer: NodeJS.Timeout | undefined
  const lines = {
    lastLevel: 0,
    [Symbol.for('pino.metadata')]: true, // asks pino for `lastLevel`

    write (line: string) {
      if (waiting.length >= mostKept) { lost++; return }
      waiting += line
      if (timer === undefined) rest()
      else if (lines.lastLevel < error && waiting.length < most) return
      flushSync()
    },
    flushSync,
    end () {
      output.end(patience)
      flushSync()
      output.end(patience)
    },
  }

  function flushSync (): void {
    if (!output.isFree() || waiting === '') return
    const text = lost === 0 ? waiting : waiting + lossOf(lost)
    waiting = ''
    lost = 0
    output.write(text)
  }

  function rest (): void {
    timer = setTimeout(() => {
      timer = undefined
      if (waiting === '' && output.isFree()) return
      rest()
      flushSync()
    }, every).unref()
  }

  return lines
}

/** As pino writes it. */
function lossOf (lines: number): string {
  return `${JSON.stringify({ level: 40, time: Date.now(), lines, msg: 'log lines lost: nobody read them' })}\n`
}
