import { topicLevel } from '../domain/topic.ts'
import type { AclRule, Scope } from './token.ts'

export interface Holder {
  readonly sub: string
  readonly scopes: readonly Scope[]
}

/**
 * What a subscriber may read, `contract.md` §3. `iota/v1/…` is where Affinidi's own events go, by connection client id: one's
 * own is one's `sub`.
 */
export function aclOf ({ sub, scopes }: Holder, topicPrefix: string): AclRule[] {
  const own = topicLevel(sub)
  const topics = [
    ...scopes.includes('subscribe') ? [`${topicPrefix}/${own}/#`, `iota/v1/${own}`] : [],
    ...scopes.includes('subscribe:all') ? [`${topicPrefix}/#`, 'iota/v1/#'] : [],
  ]
  return topics.map(topic => ({ permission: 'allow', action: 'subscribe', topic }))
}
