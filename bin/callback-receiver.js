#!/usr/bin/env node
// Runs on any Node ≥ 20: where that is too old for the sources, it hands over to the one that came with `npm ci`.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isNew = major > 24 || (major === 24 && minor >= 15)
const ours = [join(root, 'node_modules'), join(root, '..')].map(folder => join(folder, `node-${process.platform}-${process.arch}`, 'bin', 'node')).find(existsSync)
const compiled = join(root, 'dist', 'cli', 'main.js')
const main = existsSync(compiled) ? compiled : join(root, 'src', 'cli', 'main.ts')

if (!isNew && ours === undefined) {
  process.stderr.write(`callback-receiver needs Node 24.15 or newer; this is ${process.versions.node}.\n`)
  process.exit(1)
}
const words = process.argv.slice(2)
const child = spawn(isNew ? process.execPath : ours, [...flagsFor(words), main, ...words], {
  stdio: 'inherit',
  env: { MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compile'), ...process.env },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => { process.exitCode = code ?? (signal === null ? 1 : 128) })

/** The service runs as `npm start` runs it: less memory, and shorter pauses. */
function flagsFor ([command]) {
  if (command !== 'start') return []
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return scripts.start.match(/--\S+/g)
}
