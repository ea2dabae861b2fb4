/** What a command may touch. */
export interface Terminal {
  readonly environment: { readonly [name: string]: string | undefined }
  print (line: string): void
  complain (line: string): void
}

/** Gives the exit code: 0 done, 1 not done, 2 asked in a wrong way. */
export type Command = (words: readonly string[], terminal: Terminal) => Promise<number>
