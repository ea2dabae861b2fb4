import { stringify } from 'yaml'

/** The text of a document as YAML, for people. */
export function asYaml (document: object): string {
  return stringify(document, { lineWidth: 120, aliasDuplicateObjects: false })
}

/** The same as JSON: what the process serves needs no YAML reader. */
export function asJson (document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`
}
