import { parseArgs, type ParseArgsConfig } from 'node:util'
import { Failure } from '../domain/failure.ts'

/** The cause of a failure that is nobody's but the asker's: the exit code is 2. */
export const wrongUse = new Error('asked in a wrong way')

/** What was asked for. Throws `SETTINGS_INVALID` with the usage for what nobody knows. */
export function optionsIn<O extends NonNullable<ParseArgsConfig['options']>> (words: readonly string[], options: O, usage: string) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true })
  } catch (thrown) {
    throw new Failure('SETTINGS_INVALID', { reason: `${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${usage}`, cause: wrongUse })
  }
}
