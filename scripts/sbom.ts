import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'

interface Component { readonly 'bom-ref': string, readonly properties?: readonly { readonly name: string, readonly value: string }[] }
interface Bom { readonly components: readonly Component[], readonly dependencies: readonly { readonly ref: string, readonly dependsOn?: readonly string[] }[] }

/**
 * `npm run sbom`: what is shipped, as CycloneDX, into `sbom.json` or the file that is named. Read from the lock file: nothing is fetched. npm names
 * all, and we leave out what is for development: its own `--omit=dev` also leaves out what is shipped and used by such a package as well.
 */
const [file = 'sbom.json'] = process.argv.slice(2)
const { status, stdout, stderr } = spawnSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 })
if (status !== 0) throw new Error(stderr)
const bom = JSON.parse(stdout) as Bom
const components = bom.components.filter(({ properties = [] }) => !properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true'))
const left = new Set(bom.components.filter(component => !components.includes(component)).map(component => component['bom-ref']))
const dependencies = bom.dependencies.filter(({ ref }) => !left.has(ref)).map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(other => !left.has(other)) }))
writeFileSync(file, `${JSON.stringify({ ...bom, components, dependencies }, null, 2)}\n`)
console.log(`${file}: ${components.length} components.`)
