import t from 'tap'
import { readMigrations } from '../../src/database/migrations.ts'
import { simulate, type Fault } from './simulation.ts'

t.setTimeout(120_000) // beside other tests, on a slow machine
const migrations = await readMigrations('sqlite')
const seeds = process.env.SEED === undefined ? Array.from({ length: 2000 }, (_, i) => i + 1) : [Number(process.env.SEED)]

void t.test('nothing is lost, doubled or out of order, whatever fails and wherever the process ends', async t => {
  for (const seed of seeds) {
    const faults = await simulate(seed, migrations)
    if (faults.length > 0) t.fail(`seed ${seed}: ${faults.join('; ')}. Again: SEED=${seed} npx tap test/delivery/simulation.test.ts`)
  }
  t.pass(`${seeds.length} seeds`)
})

for (const broken of ['marks before it publishes', 'forgets what it acknowledged', 'publishes without order'] satisfies Fault[]) {
  void t.test(`a service that ${broken} is found out`, async t => {
    let found = 0
    for (let seed = 1; seed <= 100 && found === 0; seed++) if ((await simulate(seed, migrations, broken)).length > 0) found++
    t.equal(found, 1)
  })
}
