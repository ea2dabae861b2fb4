/** What is published: CloudEvents 1.0, structured JSON. */
export interface SubscriberEvent {
    readonly specversion: '1.0';
    /** Stable over retries. */
    readonly id: string;
    readonly source: string;
    /** `callbacks.<provider>.<status>.v1` */
    readonly type: string;
    /** The key. */
    readonly subject: string;
    /** RFC 3339. */
    readonly time: string;
    readonly datacontenttype: 'application/json';
    readonly traceparent: string;
    readonly data: {
        readonly [name: string]: unknown;
    };
}
/** Nothing for what is no event, such as the empty payload that clears a topic. */
export declare function eventIn(payload: Uint8Array): SubscriberEvent | undefined;
/** `completed`, `failed`, `pending` or `credentials-required`. */
export declare function statusOf({ type }: Pick<SubscriberEvent, 'type'>): string;
