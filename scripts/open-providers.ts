import { loadConfig } from '../src/config.ts'
import { providers } from '../src/providers/index.ts'
import type { OpenProvider } from '../src/providers/provider.ts'

/** All providers with their default settings. Nobody calls them: only what they declare is read. */
export function openForDocuments (): OpenProvider[] {
  const config = loadConfig({}, providers)
  return providers.map(provider => provider.open({ settings: config.providers[provider.name] ?? {} }))
}
