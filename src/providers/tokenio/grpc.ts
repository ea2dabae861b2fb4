interface GrpcCode {
  readonly name: string
  /** What Token.io means by it, in words for a person. */
  readonly meaning: string
  /** Whether the same authorization, started again, may succeed without anybody mending anything. */
  readonly retriable: boolean
}

/** Status codes of gRPC as Token.io uses them: 14 is the only one that it calls transient itself. */
export const grpcCodes: { readonly [code: number]: GrpcCode } = {
  0: { name: 'OK', meaning: 'There was no error.', retriable: false },
  1: { name: 'CANCELLED', meaning: 'The authorization was cancelled.', retriable: false },
  2: { name: 'UNKNOWN', meaning: 'The user refused or cancelled the authorization at the bank.', retriable: false },
  3: { name: 'INVALID_ARGUMENT', meaning: 'The request was wrong or incomplete.', retriable: false },
  4: { name: 'DEADLINE_EXCEEDED', meaning: 'The bank did not answer in time.', retriable: false },
  5: { name: 'NOT_FOUND', meaning: 'The account or consent is no longer known; the user must connect the account again.', retriable: false },
  6: { name: 'ALREADY_EXISTS', meaning: 'The request was made before.', retriable: false },
  7: { name: 'PERMISSION_DENIED', meaning: 'The bank denied access; the user must authorize again.', retriable: false },
  8: { name: 'RESOURCE_EXHAUSTED', meaning: 'Too many requests were made.', retriable: false },
  9: { name: 'FAILED_PRECONDITION', meaning: 'The authorization was interrupted; the user must start again.', retriable: false },
  10: { name: 'ABORTED', meaning: 'The authorization was aborted.', retriable: false },
  11: { name: 'OUT_OF_RANGE', meaning: 'A value was out of range.', retriable: false },
  12: { name: 'UNIMPLEMENTED', meaning: 'The bank does not support this.', retriable: false },
  13: { name: 'INTERNAL', meaning: 'Token.io or the bank failed.', retriable: false },
  14: { name: 'UNAVAILABLE', meaning: 'The bank is unavailable at the moment.', retriable: true },
  15: { name: 'DATA_LOSS', meaning: 'Data was lost.', retriable: false },
  16: { name: 'UNAUTHENTICATED', meaning: 'The credentials were wrong.', retriable: false },
}

/** A callback's error: `code` is gRPC's number, or the name that hosted pages send instead of one. */
export type CallbackError = { readonly code: number | string, readonly name: string, readonly message: string }

/** What a callback's `error` says, as number, digits or name; nothing when it says that there is none. */
export function errorOf (given: number | string | undefined, message: string | undefined): CallbackError | undefined {
  const word = String(given ?? '').trim()
  if (word === '') return undefined
  const code = isNumeric(word) ? Number(word) : codeNamed(word)
  if (code === 0) return undefined
  if (code === undefined) return { code: word, name: word, message: message || meaningOf(word) }
  const { name, meaning } = grpcCodes[code] ?? { name: 'UNRECOGNIZED', meaning: 'The authorization failed.' }
  return { code, name, message: message || meaning }
}

/** The table's word on whether to try again; false for a code that is not in it. */
export function isRetriable (error: CallbackError | undefined): boolean {
  return typeof error?.code === 'number' && grpcCodes[error.code]?.retriable === true
}

export function isNumeric (error: number | string): boolean {
  return typeof error === 'number' || /^\d+$/.test(error.trim())
}

/** `UNAVAILABLE`, `PermissionDenied` and `canceled` are all in use for the same codes. */
function codeNamed (word: string): number | undefined {
  const spelling = word.toUpperCase().replaceAll('_', '').replace(/^CANCELED$/, 'CANCELLED').replace(/^INVALIDARGUMENTS$/, 'INVALIDARGUMENT')
  const found = Object.entries(grpcCodes).find(([, { name }]) => name.replaceAll('_', '') === spelling)
  return found && Number(found[0])
}

function meaningOf (word: string): string {
  const denied = 'Access was denied: by the user, or because the bank is not supported.'
  return word.toLowerCase() === 'access_denied' ? denied : 'The authorization failed.'
}
