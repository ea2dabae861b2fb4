export interface ConnectionParts {
    /** `mqtt:`, `mqtts:`, `ws:` or `wss:`. */
    readonly url: string;
    readonly username: string;
    readonly password: string;
    readonly filter: string;
    readonly signal?: AbortSignal | undefined;
}
/** The broker does not take the token, or does not let it read the topic: trying again would not help. */
export declare class Refused extends Error {
    readonly name = "Refused";
}
/** What one connection brings, retained payloads first. Ends with the connection; throws `Refused`, or what broke it before it stood. */
export declare function payloadsOf({ url, username, password, filter, signal }: ConnectionParts): AsyncGenerator<Uint8Array, void, void>;
