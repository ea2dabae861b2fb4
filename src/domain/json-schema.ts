/** A JSON Schema, draft-07, as Ajv takes it. */
export type JsonSchema = { readonly [word: string]: unknown }
