import { posix } from 'node:path'
import { codeOf, withoutComments, type Sources } from './sources.ts'

const floors: { readonly [place: string]: number } = {
  main: 4, app: 4, ops: 4, cli: 4, service: 4, readiness: 4, examine: 4, reach: 4, 'log-lines': 4, 'log-output': 4, 'error-fields': 4,
  routes: 3, delivery: 3, console: 3, sandbox: 3, metrics: 3, traces: 3,
  providers: 2, journal: 2, registrations: 2, publisher: 2, broker: 2, token: 2,
  subscriber: 0, // runs elsewhere, and imports nothing of ours
  database: 1.5, outgoing: 1.5, did: 1.5, // below all that keeps or asks, above the words
  config: 1, domain: 1,
}

/** What floor 3 may know of floor 2. */
const contracts = ['providers/provider', 'providers/operation', 'providers/visits', 'journal/journal', 'journal/keeping', 'registrations/registrations', 'publisher/publisher', 'broker/broker', 'token/token']
  .map(path => `src/${path}.ts`)

const wireNames = /tokenio|oid4vp|(?<!x-)request[-_]id|requestId|tokenRequestId|vp_token|vpToken|presentation_submission|credential-fields|response_code/i
const wireFree = /^src\/(?:routes|delivery|journal|publisher)\//

interface Import { readonly from: string, readonly to: string }

/** Every breach of the floors of `docs/architecture.md`, each as a sentence; none for a tree that keeps them. */
export function breachesOf (sources: Sources): string[] {
  const imports = Object.entries(sources).flatMap(([file, text]) => specifiersOf(text).filter(isOurs).map(to => ({ from: file, to: resolve(file, to) })))
  return [
    ...Object.entries(sources).flatMap(([file, text]) => [...unreadable(file, text), ...ofProcess(file, text), ...ofWireNames(file, text)]),
    ...imports.flatMap(found => breachOf(found)),
    ...cyclesOf(imports),
  ]
}

/** Relative imports that do not name a TypeScript file in full. */
export function vagueImportsOf (sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, text]) =>
    specifiersOf(text).filter(to => isOurs(to) && !/\.(?:ts|json)$/.test(to)).map(to => `${file} imports ${to}: end it in .ts`))
}

/** All that a file imports: static, dynamic, for types only, for effect only, and what it re-exports. */
function specifiersOf (text: string): string[] {
  const code = withoutComments(text)
  const forms = [/\b(?:import|export)\b[\w\s{},*$]*?\bfrom\s*(['"])(.+?)\1/g, /\bimport\s*(['"])(.+?)\1/g, /\bimport\s*\(\s*(['"])(.+?)\1/g]
  return forms.flatMap(form => [...code.matchAll(form)].map(([, , specifier]) => specifier as string))
}

function isOurs (specifier: string): boolean {
  return specifier.startsWith('.') || specifier.startsWith('#')
}

function resolve (from: string, to: string): string {
  return posix.join(posix.dirname(from), to)
}

function placeOf (file: string): string {
  return file.replace(/^src\//, '').split('/')[0]?.replace(/\.ts$/, '') ?? ''
}

function breachOf ({ from, to }: Import): string[] {
  const [here, there] = [placeOf(from), placeOf(to)]
  const [high, low] = [floors[here], floors[there]]
  const says = (why: string) => [`${from} imports ${to}: ${why}`]
  if (!to.startsWith('src/')) return says('it is outside src/')
  if (high === undefined) return says(`${here} is on no floor`)
  if (low === undefined) return says(`${there} is on no floor`)
  if (here === there) return here === 'providers' ? siblingBreach(from, to, says) : []
  if (high < low) return says(`floor ${high} does not know floor ${low}`)
  if (here === 'domain') return says('the domain imports nothing of ours')
  if (high === low && (high === 2 || high === 3)) return says(`${here} and ${there} never import each other`)
  if (high === 3 && low === 2 && !contracts.includes(to)) return says('floor 3 knows only the contracts of floor 2')
  return []
}

function siblingBreach (from: string, to: string, says: (why: string) => string[]): string[] {
  const [own, other] = [folderOf(from), folderOf(to)]
  if (other === undefined || own === other || from === 'src/providers/index.ts') return []
  return says(own === undefined ? 'only providers/index.ts names providers' : 'providers do not know each other')
}

function folderOf (file: string): string | undefined {
  return /^src\/providers\/([^/]+)\//.exec(file)?.[1]
}

function unreadable (file: string, text: string): string[] {
  return /\bimport\s*\(\s*(?!['"])/.test(codeOf(text)) ? [`${file} imports what only running it tells: name the file in quotes`] : []
}

function ofProcess (file: string, text: string): string[] {
  if (file === 'src/main.ts' || file.startsWith('src/cli/')) return []
  const touched = /(?<![.\w$])process\b(?!\s*[:(])/.test(codeOf(text)) || specifiersOf(text).some(name => /^(?:node:)?process$/.test(name))
  return touched ? [`${file} touches the process: only src/main.ts and src/cli/ do`] : []
}

function ofWireNames (file: string, text: string): string[] {
  const name = wireFree.test(file) ? wireNames.exec(text)?.[0] : undefined
  return name === undefined ? [] : [`${file} says ${name}: a provider's names stay in its folder`]
}

function cyclesOf (imports: readonly Import[]): string[] {
  const next = Map.groupBy(imports, found => found.from)
  const done = new Set<string>()
  const found: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) { found.push(`A cycle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`); return }
    if (done.has(file)) return
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of next.keys()) visit(file, [])
  return found
}
