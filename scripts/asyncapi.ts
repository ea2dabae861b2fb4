import { eventSchema } from '../src/domain/event-schema.ts'
import type { JsonObject } from '../src/domain/callback.ts'
import type { JsonSchema } from '../src/domain/json-schema.ts'
import type { OpenProvider } from '../src/providers/provider.ts'
import { coreSettings } from '../src/config.ts'
import manifest from '../package.json' with { type: 'json' }
import { openForDocuments } from './open-providers.ts'
import { sampleOf } from './sample.ts'
import { servers } from './asyncapi-servers.ts'

interface Told { readonly name: string, readonly type: string, readonly data: JsonSchema }

const contentType = 'application/cloudevents+json'
const { MQTT_EVENT_EXPIRY_SECONDS: { default: messageExpiryInterval }, MQTT_TOPIC_PREFIX: { default: prefix } } = coreSettings
const description = 'What came of each authorization, one event for each result. At least once, in the order of a key\'s callbacks: drop repeats by `id`. ' +
  `Each event is retained for ${messageExpiryInterval} seconds (\`MQTT_EVENT_EXPIRY_SECONDS\`), so that the retained event of a topic is the key's last word.`
const topic = 'The key\'s own topic. Each level is percent-encoded where it would hold `/ + # $ %` or a control character. ' +
  'Subscribe to `{prefix}/{subscriber}/#` for all that is yours.'
const license = { name: 'Apache License 2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' }

/** The whole MQTT interface, AsyncAPI 3.0: one channel, one message for each event that a provider can have. */
export async function asyncapi (): Promise<object> {
  const providers = openForDocuments()
  const told = providers.flatMap(toldBy)
  await Promise.all(providers.map(provider => provider.close()))
  return {
    asyncapi: '3.0.0',
    info: { title: 'Callback receiver', version: manifest.version, description, license },
    defaultContentType: contentType,
    servers,
    channels: {
      events: {
        address: '{prefix}/{subscriber}/{provider}/{key}',
        title: "A key's events",
        description: topic,
        messages: Object.fromEntries(told.map(({ name }) => [name, { $ref: `#/components/messages/${name}` }])),
        parameters: {
          prefix: { description: '`MQTT_TOPIC_PREFIX`. It may have several levels.', default: prefix },
          subscriber: { description: 'Whose events they are; `default` while nobody is registered for the key.', default: 'default' },
          provider: { description: 'Whose authorization it is.', enum: providers.map(({ name }) => name) },
          key: {
            description: "The provider's id for the authorization, which is also the event's `subject`.",
            examples: [...new Set(told.map(({ data }) => subjectOf(data)))],
          },
        },
      },
    },
    operations: {
      publishEvent: {
        action: 'send',
        channel: { $ref: '#/channels/events' },
        summary: 'The receiver publishes what came of an authorization; subscribers receive it',
        messages: told.map(({ name }) => ({ $ref: `#/channels/events/messages/${name}` })),
        bindings: { mqtt: { qos: 1, retain: true, messageExpiryInterval, bindingVersion: '0.2.0' } },
      },
    },
    components: {
      messages: Object.fromEntries(told.map(each => [each.name, messageOf(each)])),
      schemas: { AuthorizationEvent: eventSchema, ...Object.fromEntries(told.map(({ name, data }) => [name, data])) },
    },
  }
}

function toldBy (provider: OpenProvider): Told[] {
  return Object.entries(provider.events).map(([status, data]) => ({
    name: `${provider.name}.${status}`, type: `callbacks.${provider.name}.${status}.v1`, data,
  }))
}

function messageOf ({ name, type, data }: Told): object {
  return {
    name: type,
    title: typeof data.title === 'string' ? data.title : type,
    contentType,
    payload: {
      allOf: [
        { $ref: '#/components/schemas/AuthorizationEvent' },
        { type: 'object', properties: { type: { type: 'string', const: type }, data: { $ref: `#/components/schemas/${name}` } } },
      ],
    },
    bindings: { mqtt: { contentType, bindingVersion: '0.2.0' } },
    examples: [{ payload: { ...sampleOf(eventSchema) as JsonObject, type, subject: subjectOf(data), data: sampleOf(data) } }],
  }
}

/** The key is a member of every provider's data: the first one. */
function subjectOf (data: JsonSchema): string {
  return String(Object.values(sampleOf(data) as JsonObject)[0])
}
