import { subscriberAccess, type SubscriberAccess } from './subscriber-access.ts'
import type { Tokens } from './token.ts'

/** For the embedded broker: the password is an access token, the user name its client id. Nothing for one that may read nothing. */
export function createAuthenticate ({ verify }: Pick<Tokens, 'verify'>) {
  return async function authenticate ({ username, password }: { readonly username: string, readonly password: string }): Promise<SubscriberAccess | undefined> {
    try {
      const claims = verify(password)
      return claims.client_id === username && claims.acl.length > 0 ? subscriberAccess(claims) : undefined
    } catch {
      return undefined // whatever is wrong with it, it opens nothing
    }
  }
}
