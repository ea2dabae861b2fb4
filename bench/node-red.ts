import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../test/mosquitto.ts'
import { startMeasured, type MeasuredProcess } from './service.ts'

const version = '5.0.7'
const home = join(import.meta.dirname, '..', 'node_modules', '.cache', 'bench-peers')

/** Installs Node-RED beside our packages, once: it is too large to be one of them. Gives the file that starts it. */
export async function installNodeRed (): Promise<string> {
  const program = join(home, 'node_modules', 'node-red', 'red.js')
  if (existsSync(program)) return program
  await mkdir(home, { recursive: true })
  await writeFile(join(home, 'package.json'), '{ "private": true }\n')
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--omit=optional', `node-red@${version}`], { cwd: home, stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000 })
  return program
}

export interface NodeRedParts {
  readonly folder: string
  readonly program: string
  readonly brokerUrl: string
  readonly tokenioUrl: string
}

/** Node-RED with what people would draw: `http in`, answered at once, → `http request` → `mqtt out`. */
export async function startNodeRed ({ folder, program, brokerUrl, tokenioUrl }: NodeRedParts): Promise<MeasuredProcess> {
  const own = await mkdtemp(join(folder, 'node-red-'))
  const port = await freePort()
  await writeFile(join(own, 'settings.js'), `module.exports = {
    uiPort: ${port}, uiHost: '127.0.0.1', flowFile: 'flows.json', httpAdminRoot: false, credentialSecret: false,
    logging: { console: { level: 'warn' } }, telemetry: { enabled: false }, externalModules: { autoInstall: false },
  }\n`)
  await writeFile(join(own, 'flows.json'), JSON.stringify(flowOf({ brokerUrl, tokenioUrl })))
  return startMeasured({
    folder: own,
    words: [program, '--settings', join(own, 'settings.js'), '--userDir', own],
    urlIn: () => `http://127.0.0.1:${port}`,
    readyPath: '/ready',
  })
}

function flowOf ({ brokerUrl, tokenioUrl }: Pick<NodeRedParts, 'brokerUrl' | 'tokenioUrl'>): object[] {
  const { hostname, port } = new URL(brokerUrl)
  const drawn = (node: object) => ({ z: 'flow', x: 0, y: 0, name: '', ...node })
  return [
    { id: 'flow', type: 'tab', label: 'callbacks', disabled: false },
    {
      id: 'broker', type: 'mqtt-broker', name: '', broker: hostname, port, clientid: '', autoConnect: true, usetls: false, protocolVersion: '5',
      keepalive: '60', cleansession: true, autoUnsubscribe: true, birthTopic: '', closeTopic: '', willTopic: '', userProps: '', sessionExpiry: '',
    },
    drawn({ id: 'ready', type: 'http in', url: '/ready', method: 'get', upload: false, wires: [['answerReady']] }),
    drawn({ id: 'answerReady', type: 'http response', statusCode: '200', headers: {}, wires: [] }),
    drawn({ id: 'in', type: 'http in', url: '/v1/tokenio/callback', method: 'get', upload: false, wires: [['reply', 'prepare']] }),
    drawn({ id: 'reply', type: 'function', func: "msg.payload = { message: 'Callback received.', callbackId: msg._msgid }\nreturn msg", outputs: 1, timeout: 0, wires: [['answer']] }),
    drawn({ id: 'answer', type: 'http response', statusCode: '200', headers: {}, wires: [] }),
    drawn({
      id: 'prepare', type: 'function', outputs: 1, timeout: 0, wires: [['fetch']],
      func: `const id = msg.payload['request-id']\nreturn { key: id, topic: 'callbacks/v1/default/tokenio/' + id, url: '${tokenioUrl}/token-requests/' + id + '/result' }`,
    }),
    drawn({ id: 'fetch', type: 'http request', method: 'GET', ret: 'obj', paytoqs: 'ignore', url: '', tls: '', persist: true, proxy: '', insecureHTTPParser: false, authType: '', senderr: false, headers: [], wires: [['event']] }),
    drawn({
      id: 'event', type: 'function', outputs: 1, timeout: 0, wires: [['out']],
      func: "msg.payload = { specversion: '1.0', id: msg._msgid, source: 'urn:node-red', type: 'callbacks.tokenio.completed.v1', subject: msg.key, time: new Date().toISOString(), datacontenttype: 'application/json', data: { tokenRequestId: msg.key, ...msg.payload } }\nreturn msg",
    }),
    drawn({ id: 'out', type: 'mqtt out', topic: '', qos: '1', retain: 'true', respTopic: '', contentType: '', userProps: '', correl: '', expiry: '900', broker: 'broker', wires: [] }),
  ]
}
