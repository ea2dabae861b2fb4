import { readFileSync } from 'node:fs'

interface Package { readonly version?: string, readonly license?: string, readonly dev?: boolean, readonly devOptional?: boolean, readonly hasInstallScript?: boolean }

/** Licences that go with ours (Apache-2.0) in what is shipped. */
const allowed = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT', 'MIT-0', 'Python-2.0', 'Unlicense', 'CC0-1.0', 'Zlib']

/** Fails for each shipped package whose licence is none of these, or that wants to run a script when it is installed. */
const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as { readonly packages: { readonly [path: string]: Package } }
const shipped = Object.entries(packages).filter(([path, { dev = false, devOptional = false }]) => path !== '' && !dev && !devOptional)
const faults = shipped.flatMap(([path, { license = licenceIn(path), hasInstallScript = false }]) => [
  ...isAllowed(license) ? [] : [`${path}: licence ${license}`],
  ...hasInstallScript ? [`${path}: runs a script when it is installed`] : [],
])
for (const fault of faults) console.error(fault)
console.log(`${shipped.length} packages are shipped, ${faults.length} faults.`)
process.exitCode = faults.length > 0 ? 1 : 0

/** SPDX expressions: any of `A OR B`, all of `A AND B`. */
function isAllowed (expression: string): boolean {
  return expression.replaceAll(/[()]/g, '').split(' OR ').some(option => option.split(' AND ').every(licence => allowed.includes(licence.trim())))
}

/** The lock file leaves it out for some. */
function licenceIn (path: string): string {
  try {
    const { license } = JSON.parse(readFileSync(new URL(`../${path}/package.json`, import.meta.url), 'utf8')) as { readonly license?: string }
    return license ?? 'unknown'
  } catch {
    return 'unknown'
  }
}
