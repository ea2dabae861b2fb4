import { existsSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../test/mosquitto.ts'
import { startMeasured, type MeasuredProcess } from './service.ts'

const program = '/usr/bin/webhook'

/** Debian's `webhook`, `curl` and `mosquitto-clients` are there. */
export const hasWebhook = [program, '/usr/bin/curl', '/usr/bin/mosquitto_pub'].every(file => existsSync(file))

export interface WebhookParts {
  readonly folder: string
  readonly brokerUrl: string
  readonly tokenioUrl: string
}

/** `webhook` with what people would write: answered at once, then a shell script that asks with `curl` and publishes with `mosquitto_pub`. */
export async function startWebhook ({ folder, brokerUrl, tokenioUrl }: WebhookParts): Promise<MeasuredProcess> {
  const own = await mkdtemp(join(folder, 'webhook-'))
  const port = String(await freePort())
  const script = join(own, 'callback.sh')
  await writeFile(script, scriptOf({ brokerUrl, tokenioUrl }), { mode: 0o700 })
  await writeFile(join(own, 'hooks.json'), JSON.stringify([{
    id: 'callback', 'execute-command': script, 'response-message': '{"message":"Callback received."}',
    'pass-arguments-to-command': [{ source: 'url', name: 'request-id' }],
  }]))
  return startMeasured({
    folder: own,
    command: program,
    words: ['-hooks', join(own, 'hooks.json'), '-urlprefix', 'v1/tokenio', '-ip', '127.0.0.1', '-port', port],
    urlIn: () => `http://127.0.0.1:${port}`,
    readyPath: '/',
  })
}

function scriptOf ({ brokerUrl, tokenioUrl }: Omit<WebhookParts, 'folder'>): string {
  const { hostname, port } = new URL(brokerUrl)
  return `#!/bin/sh
set -e
result=$(curl -sf "${tokenioUrl}/token-requests/$1/result")
printf '{"specversion":"1.0","id":"%s","source":"urn:webhook","type":"callbacks.tokenio.completed.v1","data":%s}' "$$" "$result" |
  mosquitto_pub -h ${hostname} -p ${port} -V mqttv5 -q 1 -r -t "callbacks/v1/default/tokenio/$1" -s
`
}
