/** What an access token says of its bearer, as far as a subscriber needs it. It is not verified here: the broker does that. */
export interface TokenAccess {
  /** The user name at the broker. */
  readonly clientId: string
  /** The level of the topics below which all subscribers' trees are, or the one tree that the token opens. */
  readonly tree: string
  /** True when the tree holds the trees of all subscribers. */
  readonly ofAll: boolean
}

interface Claims { readonly client_id: string, readonly scope: string, readonly acl: readonly { readonly topic: string }[] }

/** Throws when the text is no access token of the receiver, or opens no topics. */
export function accessOf (token: string): TokenAccess {
  const { client_id: clientId, scope, acl } = claimsIn(token)
  const ofAll = scope.split(' ').includes('subscribe:all')
  const trees = acl.map(({ topic }) => topic).filter(topic => topic.endsWith('/#') && !topic.startsWith('iota/v1/')) // Affinidi's own events are of another kind
  const tree = ofAll ? trees.at(-1) : trees[0]
  if (tree === undefined) throw new TypeError('The token has no scope to subscribe.')
  return { clientId, tree: tree.slice(0, -2), ofAll }
}

function claimsIn (token: string): Claims {
  try {
    const [, payload = ''] = token.split('.')
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), character => character.charCodeAt(0))
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Claims
    if (Array.isArray(claims.acl)) return claims
  } catch {} // said below
  throw new TypeError('The token is no access token of a callback receiver.')
}

/** The topic filter of one key, of a provider, or of all that the token opens. */
export function filterOf ({ tree, ofAll }: TokenAccess, { provider, key }: { readonly provider?: string | undefined, readonly key?: string | undefined }): string {
  if (provider === undefined && key === undefined) return `${tree}/#`
  return `${tree}${ofAll ? '/+' : ''}/${provider ?? '+'}/${key === undefined ? '+' : levelOf(key)}`
}

// oxlint-disable-next-line no-control-regex
const unsafe = /[/+#$%\u0000-\u001f\u007f-\u009f]/g

/** A key as a level of a topic, as the receiver writes it. */
function levelOf (key: string): string {
  return key.replace(unsafe, found => encodeURIComponent(found))
}
