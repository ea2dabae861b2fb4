import t from 'tap'
import { runChaos } from '../chaos.ts'
import { withoutMosquitto } from '../mosquitto.ts'
import { withoutPostgres } from '../postgres.ts'

t.setTimeout(240_000)

const engines = [['sqlite', withoutMosquitto], ['postgres', withoutMosquitto || withoutPostgres]] as const

for (const [engine, skip] of engines) {
  void t.test(`killed again and again under load, on ${engine} the service loses nothing that it answered; \`npm run chaos\` does so for longer`, { skip }, async t => {
    const report = await runChaos({ kills: 8, engine, seconds: 20, log: line => { t.comment(line) } })
    t.comment(JSON.stringify(report))
    t.ok(report.kills > 2)
    t.ok(report.acknowledged > report.kills, 'how many depends on the machine; that none is lost does not')
    t.match(report, { lost: 0, doubled: 0, disordered: 0 })
  })
}
