/** The part of pino that delivery uses: fixed past-tense text, ids as fields. */
export interface DeliveryLog {
  info (fields: object, text: string): void
  warn (fields: object, text: string): void
  error (fields: object, text: string): void
}
