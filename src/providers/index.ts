import type { Provider } from './provider.ts'
import { tokenio } from './tokenio/index.ts'

/** All providers, in the order of the documents. */
export const providers: readonly Provider[] = [tokenio]
