import type { RecordedEvent } from '../domain/event.ts'

/** Hands events to the broker. */
export interface Publisher {
  /** How many events it takes now: 0 while the broker is away. */
  capacity (): number
  /**
   * Resolves once the broker acknowledged the event (QoS 1 PUBACK), retained, with `expiresAt` (milliseconds since 1970) as its
   * expiry. Throws `Failure`: `BROKER_AWAY`, `PUBLISH_REFUSED` or `PUBLISH_REFUSED_FOR_GOOD`. Ends within 8 s in any case.
   */
  publish (event: RecordedEvent, expiresAt: number): Promise<Published>
  /** Clears a topic's retained event. Throws as `publish`. */
  clear (topic: string): Promise<void>
  /** Called when capacity comes back from nothing. */
  onReady (wake: () => void): void
  health (): { readonly status: 'ok' | 'degraded', readonly reason?: string }
  /** Waits for acknowledgements under way, at most `grace` milliseconds, then leaves. */
  close (grace: number): Promise<void>
}

export interface Published {
  /** False when the broker knows no message expiry (MQTT 3.1.1): the service must clear the topic itself. */
  readonly brokerExpires: boolean
  /** MQTT 5 reason code of the PUBACK; 0 on 3.1.1. */
  readonly reasonCode: number
}
