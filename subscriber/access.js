/** Throws when the text is no access token of the receiver, or opens no topics. */
export function accessOf(token) {
    const { client_id: clientId, scope, acl } = claimsIn(token);
    const ofAll = scope.split(' ').includes('subscribe:all');
    const trees = acl.map(({ topic }) => topic).filter(topic => topic.endsWith('/#') && !topic.startsWith('iota/v1/')); // Affinidi's own events are of another kind
    const tree = ofAll ? trees.at(-1) : trees[0];
    if (tree === undefined)
        throw new TypeError('The token has no scope to subscribe.');
    return { clientId, tree: tree.slice(0, -2), ofAll };
}
function claimsIn(token) {
    try {
        const [, payload = ''] = token.split('.');
        const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), character => character.charCodeAt(0));
        const claims = JSON.parse(new TextDecoder().decode(bytes));
        if (Array.isArray(claims.acl))
            return claims;
    }
    catch { } // said below
    throw new TypeError('The token is no access token of a callback receiver.');
}
/** The topic filter of one key, of a provider, or of all that the token opens. */
export function filterOf({ tree, ofAll }, { provider, key }) {
    if (provider === undefined && key === undefined)
        return `${tree}/#`;
    return `${tree}${ofAll ? '/+' : ''}/${provider ?? '+'}/${key === undefined ? '+' : levelOf(key)}`;
}
// oxlint-disable-next-line no-control-regex
const unsafe = /[/+#$%\u0000-\u001f\u007f-\u009f]/g;
/** A key as a level of a topic, as the receiver writes it. */
function levelOf(key) {
    return key.replace(unsafe, found => encodeURIComponent(found));
}
