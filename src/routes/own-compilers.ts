import type { FastifyServerOptions } from 'fastify'

/**
 * In the place of Fastify's own compilers, which would be loaded and given each schema at the start. Replies are what our code made of
 * them, member for member, so their schemas are for readers; requests are held to theirs by `setValidatorCompiler`.
 */
export const ownCompilers: NonNullable<FastifyServerOptions['schemaController']> = {
  compilersFactory: {
    buildValidator: () => { throw new Error('no validator compiler is set') },
    buildSerializer: () => () => reply => JSON.stringify(reply),
  },
}
