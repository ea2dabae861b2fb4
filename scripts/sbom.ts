import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'

/** `npm run sbom`: what is shipped, as CycloneDX, into `sbom.json` or the file that is named. Read from the lock file: nothing is fetched. */
const [file = 'sbom.json'] = process.argv.slice(2)
const { status, stdout, stderr } = spawnSync('npm', ['sbom', '--sbom-format=cyclonedx', '--omit=dev', '--package-lock-only'], { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 })
if (status !== 0) throw new Error(stderr)
const { components } = JSON.parse(stdout) as { readonly components: readonly unknown[] }
writeFileSync(file, stdout)
console.log(`${file}: ${components.length} components.`)
