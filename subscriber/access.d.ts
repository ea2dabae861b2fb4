/** What an access token says of its bearer, as far as a subscriber needs it. It is not verified here: the broker does that. */
export interface TokenAccess {
    /** The user name at the broker. */
    readonly clientId: string;
    /** The level of the topics below which all subscribers' trees are, or the one tree that the token opens. */
    readonly tree: string;
    /** True when the tree holds the trees of all subscribers. */
    readonly ofAll: boolean;
}
/** Throws when the text is no access token of the receiver, or opens no topics. */
export declare function accessOf(token: string): TokenAccess;
/** The topic filter of one key, of a provider, or of all that the token opens. */
export declare function filterOf({ tree, ofAll }: TokenAccess, { provider, key }: {
    readonly provider?: string | undefined;
    readonly key?: string | undefined;
}): string;
