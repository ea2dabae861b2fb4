import type { JsonObject } from '../../domain/callback.ts'

const ids = (id: string): JsonObject => ({ 'request-id': id, request_id: id })

/** Callbacks as Token.io documents them. */
export const examples: { readonly [name: string]: JsonObject } = {
  redirect: ids('rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'),
  error: {
    ...ids('rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq'),
    'trace-id': 'idm45Ag1X8D8Kvdw',
    error: '14',
    message: 'Bank is unavailable',
  },
  embedded: {
    ...ids('rq:43hA2P34BC9a1jwYmyjmDYBrTETA:5zKtXEAq'),
    'credential-fields': 'eyJmaWVsZHMiOlt7ImRlc2NyaXB0aW9uIjoiT25lLXRpbWUgcGFzc2NvZGUiLCJpZCI6Im90cCJ9XX0',
  },
  decoupled: {
    ...ids('rq:3smDYdTPr4gejc9g6MrHFnAAssg8:5zKtXEAq'),
    'credential-fields': 'eyJmaWVsZHMiOlt7ImRlc2NyaXB0aW9uIjoiUGxlYXNlLCBhdXRob3JpemUgcGF5bWVudCB1c2luZyBtb2JpbGUgZGV2aWNlLiIsInR5cGUiOiJERUNPVVBMRUQifV19',
  },
  hostedPages: {
    'request-id': 'rq:3SVzgJtzu2DvaZSgRGznpdknT3dq:5zKtXEAq',
    'token-id': 'ta:3eYPU1BEXaWAhLSuNwVh3emGvQmUCwWrKvgoVfCQpyVE:5zKtXEAq',
    'transfer-status': 'PROCESSING',
  },
}
