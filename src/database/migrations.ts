import { readdir, readFile } from 'node:fs/promises'

export interface Migration {
  /** 1 for the first. */
  readonly version: number
  readonly sql: string
}

/** The numbered files of one engine, in their order. */
export async function readMigrations (engine: 'sqlite' | 'postgres'): Promise<Migration[]> {
  const folder = new URL(`./migrations/${engine}/`, import.meta.url)
  const names = (await readdir(folder)).filter(name => /^\d{3}-.+\.sql$/.test(name)).toSorted()
  return Promise.all(names.map(async (name, i) => ({ version: i + 1, sql: await readFile(new URL(name, folder), 'utf8') })))
}
