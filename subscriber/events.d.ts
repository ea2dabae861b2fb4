import { type SubscriberEvent } from './event.js';
export interface EventsParts {
    /** The broker: `mqtt:`, `mqtts:`, `ws:` or `wss:`. Browsers take the last two. */
    readonly url: string;
    /** An access token, or what gives one: asked before each connection, since a token ends, and the connection with it. */
    readonly token: string | (() => string | Promise<string>);
    /** Only this provider's events. */
    readonly provider?: string | undefined;
    /** Only this key's events. */
    readonly key?: string | undefined;
    /** Ends it: its reason is thrown. */
    readonly signal?: AbortSignal | undefined;
}
/**
 * One's events as they come, the retained ones first, each once. It connects again for as long as it is read; what was published meanwhile is
 * there then, as far as the broker retains it. Throws `Refused` for a token that opens nothing, and the reason of `signal`.
 */
export declare function eventsOf({ url, token, provider, key, signal }: EventsParts): AsyncGenerator<SubscriberEvent, void, void>;
