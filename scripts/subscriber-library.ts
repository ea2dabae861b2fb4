import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = new URL('..', import.meta.url).pathname
let made: Promise<ReadonlyMap<string, string>> | undefined

export const libraryFiles = ['access', 'connection', 'event', 'events', 'index'].flatMap(name => [`${name}.js`, `${name}.d.ts`])

/** A file of `callback-receiver/subscriber` as `tsc` emits it: browsers read no types, and Node none below `node_modules`. */
export async function libraryFile (name: string): Promise<string> {
  made ??= emit()
  return ((await made).get(name) ?? '').replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'") // which tsc leaves in declarations
}

async function emit (): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'subscriber-'))
  const options = [
    '--ignoreConfig', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2024', '--types', 'node', '--strict', '--skipLibCheck', '--verbatimModuleSyntax',
    '--rewriteRelativeImportExtensions', '--declaration', '--rootDir', join(root, 'src/subscriber'), '--outDir', folder,
  ]
  try {
    const tsc = join(root, 'node_modules/typescript/lib/tsc.js') // bin/tsc has no ending, which a Node with import hooks does not take
    await run(process.execPath, [tsc, ...options, join(root, 'src/subscriber/index.ts')], { cwd: root })
    return new Map(await Promise.all(libraryFiles.map(async name => [name, await readFile(join(folder, name), 'utf8')] as const)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
