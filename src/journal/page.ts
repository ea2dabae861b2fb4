import { Failure } from '../domain/failure.ts'

/** How many entries a page holds. */
export function pageSizeOf ({ limit = 50 }: { readonly limit?: number | undefined }): number {
  return Math.min(500, Math.max(1, limit))
}

/** Where a page ends, for whoever asks for the next. */
export function cursorOf (seq: number): string {
  return Buffer.from(String(seq)).toString('base64url')
}

/** Throws `PARAMETERS_INVALID` for a text that no page gave. */
export function seqOfCursor (cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString()
  if (!/^\d{1,15}$/.test(text)) throw new Failure('PARAMETERS_INVALID', { details: [{ issue: 'is not the cursor of a page', field: 'cursor', location: 'query' }] })
  return Number(text)
}
