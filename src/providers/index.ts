import { oid4vp } from './oid4vp/index.ts'
import type { Provider } from './provider.ts'
import { tokenio } from './tokenio/index.ts'

/** All providers, in the order of the documents. */
export const providers: readonly Provider[] = [tokenio, oid4vp]
