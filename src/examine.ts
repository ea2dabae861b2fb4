import { randomUUID } from 'node:crypto'
import type { Config } from './config.ts'
import { asFailure, type FailureCode } from './domain/failure.ts'
import type { Journal } from './journal/journal.ts'
import type { Keeping } from './journal/keeping.ts'
import type { OpenProvider, Provider } from './providers/provider.ts'
import type { Publisher } from './publisher/publisher.ts'
import { addressesOf, probeOf } from './reach.ts'
import type { Finding } from './routes/doctor.ts'

export interface ExamineParts {
  readonly config: Config
  readonly journal: Pick<Journal, 'check'> & Pick<Keeping, 'count'>
  readonly publisher: Pick<Publisher, 'clear' | 'health'>
  readonly known: readonly Provider[]
  readonly providers: readonly Pick<OpenProvider, 'name' | 'fetchResult'>[]
  /** Absent where nothing is traced. */
  readonly traces?: { check (): Promise<void> } | undefined
  readonly now?: () => number
}

/** Milliseconds of difference from which signatures and tokens are refused, sooner or later. */
const mostSkew = 5_000
const outages: { readonly [code in FailureCode]?: string } = {
  PROVIDER_UNAUTHORIZED: 'Its credentials are wrong, revoked, or for another environment: set them anew and restart.',
  PROVIDER_AWAY: 'Check its URL, DNS, the firewall and its status page. Callbacks are taken meanwhile, and delivered later.',
  PROVIDER_LIMITED: 'Nothing, if it passes: fewer results are asked for at once now. Ask the provider for a higher limit where it lasts.',
}

/** Tries each outside thing with a real call and says how to mend what is wrong. */
export function createExamine ({ config, journal, publisher, known, providers, traces, now = Date.now }: ExamineParts) {
  return async function examine (): Promise<Finding[]> {
    return [settings(), ...await Promise.all([kept(), broker(), ...providers.map(asked), ...traces === undefined ? [] : [collected(traces)], clock()])]
  }

  function settings (): Finding {
    const part = 'settings'
    if (config.SANDBOX) return { part, status: 'degraded', reason: 'The provider is simulated.', mend: 'Set TOKENIO_URL and its credentials for the real one.' }
    if (config.JOURNAL_ENCRYPTION_KEYS === undefined) return { part, status: 'degraded', reason: 'The journal is not sealed.', mend: 'Set JOURNAL_ENCRYPTION_KEYS (openssl rand -base64 32).' }
    return { part, status: 'ok' }
  }

  async function kept (): Promise<Finding> {
    const part = 'journal'
    try {
      await journal.check()
      const { waiting, buried } = await journal.count()
      if (buried > 0) return { part, status: 'degraded', reason: `${buried} buried entries, ${waiting} waiting.`, mend: 'See why with `callback-receiver tail --status buried`, mend it, then `callback-receiver redrive --all`.' }
      return { part, status: 'ok', reason: `Written to. ${waiting} entries wait.` }
    } catch (thrown) {
      return { part, status: 'failing', reason: asFailure(thrown).reason, mend: 'See that the disk has room and is writable, or that PostgreSQL runs and JOURNAL_URL is right. Callbacks are refused with 503 until then.' }
    }
  }

  /** Publishes nothing to a topic that nobody reads: the broker's acknowledgement proves connection and permission. */
  async function broker (): Promise<Finding> {
    const part = 'broker'
    try {
      await publisher.clear(`${config.MQTT_TOPIC_PREFIX}/default/doctor/${randomUUID()}`)
      return { part, status: 'ok', reason: 'It acknowledged a publish.' }
    } catch (thrown) {
      const { code, reason } = asFailure(thrown)
      const away = code === 'BROKER_AWAY'
      return {
        part, status: 'degraded', reason: away ? publisher.health().reason ?? reason : reason,
        mend: away ? 'Check that it runs, MQTT_URL, MQTT_USERNAME and MQTT_PASSWORD. Events wait in the journal and leave by themselves.' : `Let our user publish, retained, below ${config.MQTT_TOPIC_PREFIX}/.`,
      }
    }
  }

  async function asked ({ name: part, fetchResult }: ExamineParts['providers'][number]): Promise<Finding> {
    const failure = await fetchResult(probeOf(part), AbortSignal.timeout(9_000)).then(() => undefined, asFailure)
    const mend = failure && outages[failure.code]
    return mend === undefined ? { part, status: 'ok', reason: 'It answered, and takes our credentials.' } : { part, status: 'degraded', reason: failure!.reason, mend }
  }

  /** An export of no spans: the collector answers it as any other. */
  async function collected ({ check }: { check (): Promise<void> }): Promise<Finding> {
    const part = 'collector'
    const failure = await check().then(() => undefined, asFailure)
    if (failure === undefined) return { part, status: 'ok', reason: 'It takes traces.' }
    return { part, status: 'degraded', reason: failure.reason, mend: 'Check OTEL_EXPORTER_OTLP_ENDPOINT (OTLP over HTTP, mostly port 4318) and OTEL_EXPORTER_OTLP_HEADERS. Callbacks and events do not need it.' }
  }

  /** HTTP servers say their time in `Date`, to the second (RFC 9110 §6.6.1). */
  async function clock (): Promise<Finding> {
    const part = 'clock'
    const skews = await Promise.all(known.flatMap(({ name }) => addressesOf(name, config, known)).map(async url => {
      const sent = now()
      const date = await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(5_000) }).then(reply => Date.parse(reply.headers.get('date') ?? ''), () => Number.NaN)
      return (sent + now()) / 2 - date
    }))
    const skew = skews.find(skew => !Number.isNaN(skew))
    if (skew === undefined) return { part, status: 'ok', reason: 'Compared with nobody: no provider answered.' }
    if (Math.abs(skew) < mostSkew) return { part, status: 'ok', reason: 'It agrees with a provider.' }
    return { part, status: 'degraded', reason: `It is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead of' : 'behind'} a provider.`, mend: 'Let NTP (chrony, systemd-timesyncd) set the clock: signatures and tokens are refused otherwise.' }
  }
}
