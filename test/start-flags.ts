import { readFileSync } from 'node:fs'

const { scripts: { start } } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { scripts: { start: string } }

/** Node's own flags, as `npm start` gives them. */
export const startFlags: readonly string[] = start.match(/--\S+/g) ?? []

/** What `npm start` sets in the environment. */
export const startEnvironment: { readonly [name: string]: string } = Object.fromEntries([...start.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]))
