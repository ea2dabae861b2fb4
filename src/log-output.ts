/** Where the log's lines go: it never keeps its caller waiting for whoever reads them. */
export interface LogOutput {
  /** Writes what can be written now, and keeps the rest. */
  write (lines: string): void
  /** Writes what is left of it. False while whoever reads does not keep up. */
  isFree (): boolean
  /** Waits until all is written, but no longer than so many milliseconds. The process stands still meanwhile. */
  end (milliseconds: number): void
}

export interface LogOutputParts {
  /** Writes some of these bytes and tells how many; throws `EAGAIN` while it would have to wait. */
  readonly write: (bytes: Uint8Array) => number
}

const pause = new Int32Array(new SharedArrayBuffer(4))

/** A pipe whose reader stands still takes 64 KiB, and then a write that waits for it would hold up every callback. What can never be written (EPIPE, ENOSPC) is lost. */
export function createLogOutput ({ write }: LogOutputParts): LogOutput {
  let rest: Uint8Array = new Uint8Array()

  function isFree (): boolean {
    try {
      while (rest.length > 0) rest = rest.subarray(write(rest))
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'EAGAIN') return false
      rest = new Uint8Array()
    }
    return true
  }

  return {
    write (lines) {
      const bytes = Buffer.from(lines)
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
      isFree()
    },
    isFree,
    end (milliseconds) {
      for (const latest = performance.now() + milliseconds; !isFree() && performance.now() < latest;) Atomics.wait(pause, 0, 0, 5)
    },
  }
}
