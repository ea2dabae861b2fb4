/** Room for an MQTT 5 PUBLISH's header, its lengths, packet identifier, expiry and content type. */
const overhead = 64

/** Bytes of a PUBLISH, rounded up by a few. */
export function packetSize (topic: string, payload: string): number {
  return Buffer.byteLength(topic) + Buffer.byteLength(payload) + overhead
}
