import { randomUUID } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'

export interface Copy {
  readonly path: string
  /** Bytes. */
  readonly size: number
  remove (): Promise<void>
}

/** Copies the file page by page while it is written to; what is committed meanwhile is in the copy, whole or not at all. */
export function createBackup ({ db, file }: { readonly db: DatabaseSync, readonly file: string }) {
  return async function copy (): Promise<Copy> {
    const name = `backup-${randomUUID()}`
    const path = file === ':memory:' ? join(tmpdir(), name) : `${file}.${name}`
    closeSync(openSync(path, 'wx', 0o600)) // for its owner only, from the first byte on
    const remove = () => rm(path, { force: true })
    try {
      await backup(db, path, { rate: 512 })
      return { path, size: (await stat(path)).size, remove }
    } catch (thrown) {
      await remove()
      throw thrown
    }
  }
}
