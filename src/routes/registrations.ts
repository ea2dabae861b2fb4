import type { FastifyInstance } from 'fastify'
import type { JsonObject } from '../domain/callback.ts'
import { Failure, type Detail } from '../domain/failure.ts'
import type { Registration } from '../domain/registration.ts'
import { topicLevel, topicOf } from '../domain/topic.ts'
import type { Journal } from '../journal/journal.ts'
import type { OpenProvider, RegistrationWish } from '../providers/provider.ts'
import type { Registrations } from '../registrations/registrations.ts'
import type { Tokens } from '../token/token.ts'
import { bearer, type AuthorizedClient } from './bearer.ts'
import { refuseFaults } from './parameter-faults.ts'
import { keyParameters, replySchemaOf, strayMembersOf, wishExamplesOf, wishSchemaOf, type Wish } from './registration-schema.ts'
import { createReturnUrls } from './return-origins.ts'
import { traceparentOf } from './traceparent.ts'

export interface RegistrationRouteParts {
  readonly providers: readonly OpenProvider[]
  readonly registrations: Registrations
  readonly journal: Pick<Journal, 'append' | 'lastEvent' | 'reroute'>
  readonly verify: Tokens['verify']
  readonly topicPrefix: string
  /** Where the public listener is reached, without a slash at its end. */
  readonly publicUrl: () => string
  /** `RETURN_URL_ORIGINS` */
  readonly returnUrlOrigins: readonly string[]
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

const failures = ['UNAUTHORIZED', 'SCOPE_MISSING', 'JOURNAL_UNAVAILABLE'] as const

/** What a client tells us beforehand of a key: made, read, removed. */
export function addRegistrationRoutes (app: FastifyInstance, {
  providers, registrations, journal, verify, topicPrefix, publicUrl, returnUrlOrigins, now = Date.now,
}: RegistrationRouteParts): void {
  const returnUrls = createReturnUrls({ origins: returnUrlOrigins })
  const onRequest = bearer({ verify, scope: ['registrations', 'registrations:any'] })
  const reply = replySchemaOf(providers)
  const path = '/v1/registrations/:provider/:key'

  app.route<{ Body: Wish }>({
    method: 'POST',
    url: '/v1/registrations',
    schema: {
      operationId: 'register',
      summary: 'Tells which key is awaited, who subscribes to it, and where its user returns',
      tags: ['registrations'],
      body: wishSchemaOf(providers),
      response: { 200: reply, 201: reply },
    },
    config: { described: { failures: ['PARAMETERS_INVALID', 'ALREADY_REGISTERED', 'PAYLOAD_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED', ...failures], examples: wishExamplesOf(providers), scopes: ['registrations'] } },
    attachValidation: true,
    onRequest,
    handler: async (request, answer) => {
      refuseFaults(request, 'body')
      const { client, body } = request
      const { provider: name, key, subscriber = client.subject, returnUrl, expiresIn = 1800 } = body
      const provider = providerOf(name)
      const given = body[name] as JsonObject | undefined
      const wish: RegistrationWish = { subscriber, ...key !== undefined && { key }, ...given !== undefined && { given } }
      const faults: Detail[] = [...strayMembersOf(body, providers), ...provider.registration.faultsOf(wish), ...returnUrls.faultsOf(returnUrl)]
      if (subscriber === 'default') faults.push({ issue: 'is nobody’s client id', field: 'subscriber', location: 'body' })
      if (faults.length > 0) throw new Failure('PARAMETERS_INVALID', { details: faults })
      refuseStrangers(client, [subscriber, ...provider.registration.alsoTold?.(wish) ?? []])

      if (key !== undefined) await refuseTakers(client, name, key)

      const made = await provider.registration.toRegistration(wish)
      const registration: Registration = {
        provider: name, ...made, owner: client.subject, subscriber, expiresAt: now() + expiresIn * 1000, ...returnUrl !== undefined && { returnUrl: returnUrls.normal(returnUrl) },
      }
      const registered = await registrations.register(registration, canonical({ ...wish, returnUrl, expiresIn }))
      if (registered.state === 'changed') throw taken()
      await catchUp(provider, registered.registration, traceparentOf(request.headers.traceparent))
      return answer.code(registered.state === 'made' ? 201 : 200).header('cache-control', 'no-store').send(toReply(provider, registered.registration))
    },
  })

  app.route<{ Params: Pick<Registration, 'provider' | 'key'> }>({
    method: 'GET',
    url: path,
    schema: { operationId: 'registration', summary: 'The registration of a key, for who made it', tags: ['registrations'], params: keyParameters, response: { 200: reply } },
    config: { described: { failures: ['NOT_FOUND', ...failures], scopes: ['registrations'] } },
    onRequest,
    handler: async (request, answer) => {
      const registration = await ownOf(request.params, request.client)
      return answer.header('cache-control', 'no-store').send(toReply(providerOf(registration.provider), registration))
    },
  })

  app.route<{ Params: Pick<Registration, 'provider' | 'key'> }>({
    method: 'DELETE',
    url: path,
    schema: { operationId: 'unregister', summary: 'Ends a registration, for who made it', tags: ['registrations'], params: keyParameters, response: { 204: { type: 'null' } } },
    config: { described: { failures: ['NOT_FOUND', ...failures], scopes: ['registrations'] } },
    onRequest,
    handler: async (request, answer) => {
      const { provider, key, owner } = await ownOf(request.params, request.client)
      if (!await registrations.remove(provider, key, owner)) throw new Failure('NOT_FOUND')
      return answer.code(204).send()
    },
  })

  function providerOf (name: string): OpenProvider {
    const provider = providers.find(provider => provider.name === name)
    if (provider === undefined) throw new Failure('NOT_FOUND')
    return provider
  }

  async function ownOf ({ provider, key }: Pick<Registration, 'provider' | 'key'>, client: AuthorizedClient): Promise<Registration> {
    const registration = await registrations.find(provider, key)
    if (registration === undefined || (registration.owner !== client.subject && !client.scopes.has('registrations:any'))) throw new Failure('NOT_FOUND')
    return registration
  }

  /** A registration ends before the events of its key do: what one subscriber was told is not told to the next who names the key. */
  async function refuseTakers ({ subject, scopes }: AuthorizedClient, provider: string, key: string): Promise<void> {
    const last = scopes.has('registrations:any') ? undefined : await journal.lastEvent(provider, key)
    const told = last?.topic.split('/').at(-3) // before provider and key, whatever the prefix was
    if (told !== undefined && told !== 'default' && told !== topicLevel(subject)) throw taken()
  }

  function topicOfRegistration ({ provider, key, subscriber }: Registration): string {
    return topicOf({ topicPrefix, subscriber, provider, key })
  }

  /** What the callback brought before the registration came, and what happens should none ever come. Both are harmless when done again. */
  async function catchUp (provider: OpenProvider, registration: Registration, traceparent: string): Promise<void> {
    const topic = topicOfRegistration(registration)
    const last = await journal.lastEvent(registration.provider, registration.key)
    if (last !== undefined && last.topic !== topic) await journal.reroute(registration.provider, registration.key, topic)
    const expected = provider.registration.expected?.(registration, traceparent)
    if (expected !== undefined) await journal.append(expected.callback, { due: expected.due })
  }

  function toReply (provider: OpenProvider, registration: Registration): JsonObject {
    const { provider: name, key, subscriber, expiresAt, reply } = registration
    return {
      provider: name,
      key,
      subscriber,
      callbackUrl: `${publicUrl()}${provider.registration.callbackPath(key)}`,
      topic: topicOfRegistration(registration),
      expiresAt: new Date(expiresAt).toISOString(),
      ...provider.registration.replySchema !== undefined && { [name]: reply },
    }
  }
}

function taken (): Failure {
  return new Failure('ALREADY_REGISTERED', { details: [{ issue: 'is registered otherwise', field: 'key', location: 'body' }] })
}

function refuseStrangers ({ subject, scopes }: AuthorizedClient, told: readonly string[]): void {
  if (told.some(name => name !== subject) && !scopes.has('registrations:any')) throw new Failure('SCOPE_MISSING', { reason: 'another subscriber needs scope registrations:any' })
}

/** Equal texts for equal wishes, in whatever order their members came. */
function canonical (value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member
    return Object.fromEntries(Object.entries(member).toSorted(([one], [other]) => one < other ? -1 : 1))
  })
}
