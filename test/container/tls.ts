import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { promisify } from 'node:util'
import type { Test } from 'tap'

export interface TlsParts {
  readonly url: string
  readonly directory: string
}

/** The same server, reached by TLS. Its certificate, which vouches for itself, lies in `directory` as `ca.pem`. */
export async function behindTls (t: Pick<Test, 'teardown'>, { url, directory }: TlsParts): Promise<string> {
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out ca.pem -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -days 2'
  await promisify(execFile)('openssl', words.split(' '), { cwd: directory })
  const [key, cert] = await Promise.all(['tls.key', 'ca.pem'].map(name => readFile(join(directory, name))))
  const server = createServer({ key, cert }, secure => {
    const plain = connect(Number(new URL(url).port), '127.0.0.1')
    for (const [one, other] of [[secure, plain], [plain, secure]] as const) {
      one.on('error', () => { other.destroy() }).on('close', () => { other.destroy() })
    }
    secure.pipe(plain).pipe(secure)
    t.teardown(() => { secure.destroy() })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => { server.close() })
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
}
