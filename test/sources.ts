import { globSync, readFileSync } from 'node:fs'

/** Text of TypeScript files by their path from the project's root. */
export type Sources = { readonly [file: string]: string }

export function sourcesOf (...folders: readonly string[]): Sources {
  const root = new URL('../', import.meta.url).pathname
  const files = folders.flatMap(folder => globSync(`${folder}/**/*.ts`, { cwd: root }))
  return Object.fromEntries(files.toSorted().map(file => [file, readFileSync(root + file, 'utf8')]))
}

const comment = /\/\*[^]*?\*\/|\/\/.*/.source
const quoted = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/.source
const template = /`(?:\\[^]|\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}|[^`\\])*`/.source
const pattern = /(?<=(?:[(,=:[!&|?{};>]|\breturn)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/.source
const apart = new RegExp([comment, quoted, template, pattern].join('|'), 'g')

/** The code with its text in quotes, but no comments. */
export function withoutComments (source: string): string {
  return source.replace(apart, part => /^\/[*/]/.test(part) ? ' ' : part)
}

/** The code alone: comments gone, all text between quotes, backticks or the slashes of a pattern emptied. */
export function codeOf (source: string): string {
  return source.replace(apart, part => /^\/[*/]/.test(part) ? ' ' : "''")
}
