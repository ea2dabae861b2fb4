import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

interface Package { readonly version?: string, readonly integrity?: string, readonly link?: boolean, readonly dev?: boolean, readonly devOptional?: boolean, readonly hasInstallScript?: boolean }

const root = join(import.meta.dirname, '..', '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const manifest = JSON.parse(read('package.json')) as { readonly [kind: string]: { readonly [name: string]: string } }
const { packages } = JSON.parse(read('package-lock.json')) as { readonly packages: { readonly [path: string]: Package } }
const node = (...words: string[]) => spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' })

void t.test('each package is of one version and has its hash, and none runs a script when it is installed', async t => {
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    for (const [name, version] of Object.entries(manifest[kind] ?? {})) t.match(version, /^\d+\.\d+\.\d+$/, `${kind}: ${name}`)
  }
  t.strictSame(Object.entries(packages).filter(([path, { integrity = '', link = false }]) => path !== '' && !link && !integrity.startsWith('sha512-')).map(([path]) => path), [])
  t.match(read('.npmrc').split('\n'), new Set(['ignore-scripts=true']))
  for (const line of read('Dockerfile').split('\n').filter(line => /npm (?:ci|install)/.test(line))) t.match(line, '--ignore-scripts')
})

void t.test('what is shipped has licences that go with ours', async t => {
  const { status, stdout } = node('scripts/licences.ts')
  t.match([status, stdout], [0, /^\d+ packages are shipped, 0 faults\./])
})

void t.test('the SBOM is CycloneDX, and names every package that is shipped with its version', async t => {
  const file = join(t.testdir({}), 'sbom.json')
  t.equal(node('scripts/sbom.ts', file).status, 0)
  const { bomFormat, components, dependencies } = JSON.parse(readFileSync(file, 'utf8')) as { readonly bomFormat: string, readonly components: readonly { readonly purl: string, readonly 'bom-ref': string }[], readonly dependencies: readonly { readonly dependsOn: readonly string[] }[] }
  t.equal(bomFormat, 'CycloneDX')
  const purls = components.map(({ purl }) => decodeURIComponent(purl))
  const purlOf = ([path, { version = '' }]: [string, Package]) => `pkg:npm/${path.split('node_modules/').at(-1)}@${version}`
  const all = Object.entries(packages).filter(([path]) => path !== '')
  const shipped = all.filter(([, { dev = false, devOptional = false }]) => !dev && !devOptional).map(purlOf)
  t.ok(shipped.length > 50)
  t.strictSame(shipped.filter(purl => !purls.includes(purl)), [])
  t.strictSame(all.filter(([, { dev = false }]) => dev).map(purlOf).filter(purl => purls.includes(purl) && !shipped.includes(purl)), [], 'and none that is for development only')
  const refs = new Set(components.map(component => component['bom-ref']))
  t.strictSame(dependencies.flatMap(({ dependsOn }) => dependsOn).filter(ref => !refs.has(ref)), [])
})
