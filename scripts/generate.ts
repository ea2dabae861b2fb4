import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { providers } from '../src/providers/index.ts'
import { asyncapi } from './asyncapi.ts'
import { envExample } from './env-example.ts'
import { openapi } from './openapi.ts'
import { libraryFile, libraryFiles } from './subscriber-library.ts'
import { asJson, asYaml } from './written.ts'

interface Generated { readonly file: string, make (): Promise<string> }

/** Every file that is made from the code and committed. One row each. */
const files: readonly Generated[] = [
  { file: '.env.example', make: async () => envExample(providers) },
  { file: 'openapi/openapi.yaml', make: async () => asYaml(await openapi()) },
  { file: 'openapi/openapi.json', make: async () => asJson(await openapi()) },
  { file: 'openapi/asyncapi.yaml', make: async () => asYaml(await asyncapi()) },
  { file: 'openapi/asyncapi.json', make: async () => asJson(await asyncapi()) },
  ...libraryFiles.map(name => ({ file: `subscriber/${name}`, make: () => libraryFile(name) })),
]

const { values: { check } } = parseArgs({ options: { check: { type: 'boolean', default: false } } })

for (const { file, make } of files) {
  const at = new URL(`../${file}`, import.meta.url)
  const text = await make()
  const current = await readFile(at, 'utf8').catch(() => undefined) === text
  if (check && !current) {
    console.error(`${file} is stale: run \`npm run generate\` and commit it.`)
    process.exitCode = 1
  } else if (!current) {
    await mkdir(dirname(at.pathname), { recursive: true })
    await writeFile(at, text)
    console.log(`${file} was written.`)
  }
}
