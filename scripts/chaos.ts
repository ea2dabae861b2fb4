import { parseArgs } from 'node:util'
import { runChaos } from '../test/chaos.ts'

const { values } = parseArgs({ options: { kills: { type: 'string', default: '200' }, engine: { type: 'string', default: 'sqlite' }, seconds: { type: 'string', default: '1800' } } })
if (values.engine !== 'sqlite' && values.engine !== 'postgres') throw new Error('--engine is sqlite or postgres')

const report = await runChaos({ kills: Number(values.kills), engine: values.engine, seconds: Number(values.seconds), log: console.error })
console.log(JSON.stringify({ engine: values.engine, ...report }, null, 2))
process.exitCode = report.lost > 0 || report.doubled > 0 || report.disordered > 0 ? 1 : 0
