import { createReadStream } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { Failure } from '../domain/failure.ts'

export interface BackupParts {
  /** Makes a consistent copy of the journal; undefined: its engine has a tool of its own for that. */
  readonly backup: (() => Promise<{ readonly path: string, readonly size: number, remove (): Promise<void> }>) | undefined
}

/** `GET /v1/backup`: the journal as it is now, as one file. */
export function addBackupRoute (ops: FastifyInstance, { backup }: BackupParts): void {
  const schema = {
    operationId: 'backup', summary: 'A consistent copy of the SQLite journal', tags: ['entries'], produces: ['application/vnd.sqlite3'], response: { 200: { type: 'string', format: 'binary' } },
  }
  ops.get('/v1/backup', { schema, config: { described: { failures: ['NOT_FOUND', 'JOURNAL_UNAVAILABLE'] } } }, async (request, reply) => {
    if (backup === undefined) throw new Failure('NOT_FOUND')
    const copy = await backup()
    const file = createReadStream(copy.path)
    file.once('close', () => { copy.remove().catch((err: unknown) => { request.log.warn({ err }, 'backup not removed') }) })
    request.log.info({ bytes: copy.size }, 'journal copied')
    return reply.type('application/vnd.sqlite3').header('content-length', copy.size).header('content-disposition', 'attachment; filename="journal.db"').send(file)
  })
}
