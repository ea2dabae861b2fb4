import { settingsOf, type ProviderSettings } from '../src/config.ts'

const preface = `# Every setting with its default. Copy to \`.env\`, change what you need.
# A line that is commented out has no default: the setting is unset. Lists are comma-separated.
`

/** The text of `.env.example`: a comment and a line for each setting, the providers' own at the end. */
export function envExample (providers: readonly ProviderSettings[]): string {
  const settings = Object.entries(settingsOf(providers)).map(([name, property]) => {
    const line = property.default === undefined ? `# ${name}=` : `${name}=${quoted(textOf(property.default))}`
    return typeof property.description === 'string' ? `# ${property.description}\n${line}\n` : `${line}\n`
  })
  return [preface, ...settings].join('\n')
}

function textOf (given: unknown): string {
  return typeof given === 'string' ? given : JSON.stringify(given)
}

// Unquoted, `#` begins a comment and a backslash is read differently from one reader to the next.
function quoted (text: string): string {
  return /^[\w.,:/*@+=-]*$/.test(text) ? text : `'${text}'`
}
