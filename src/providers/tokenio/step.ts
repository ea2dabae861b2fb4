import type { JsonObject } from '../../domain/callback.ts'
import type { Step, StepPart } from '../visits.ts'
import { isInput, markOf, type CredentialField } from './credential-fields.ts'
import { imageSource } from './image.ts'

/** The step that a callback's parameters, or the `data` of an event, ask of the user; undefined: none. */
export function stepIn ({ fields }: JsonObject): Step | undefined {
  if (!Array.isArray(fields) || fields.length === 0) return undefined
  const given = fields as readonly CredentialField[] // met their schema before they were kept
  const taken = new Set<string>()
  return { mark: markOf(given), parts: given.flatMap(field => partsOf(field, taken)) }
}

function partsOf (field: CredentialField, taken: Set<string>): StepPart[] {
  const { id, displayName, description, options, image } = field
  const source = image === undefined ? undefined : imageSource(image)
  const picture: StepPart[] = source === undefined ? [] : [{ kind: 'image', source }]
  if (!isInput(field) || id === undefined || taken.has(id)) return [...wordsOf(description ?? displayName), ...picture]
  taken.add(id)
  const named = { name: id, ...labelsOf(displayName, description) }
  if (options !== undefined && options.length > 0) return [...picture, { kind: 'choice', ...named, options }]
  return [...picture, { kind: 'input', ...named, secret: field.type === 'PASSWORD' || field.password === true, oneTime: isOneTime(field) }]
}

/** One of the two is the label; the other, if there is one, explains it. */
function labelsOf (displayName: string | undefined, description: string | undefined): { readonly label?: string, readonly hint?: string } {
  const label = displayName ?? description
  return { ...label !== undefined && { label }, ...displayName !== undefined && description !== undefined && description !== displayName && { hint: description } }
}

function wordsOf (text: string | undefined): StepPart[] {
  return text === undefined ? [] : [{ kind: 'words', text }]
}

/** Token.io does not say which field is a one-time code; banks name them so. */
function isOneTime ({ id = '', displayName = '', description = '' }: CredentialField): boolean {
  return /\b(?:otp|m?tan|one[- ]?time|passcode|sms|(?:security|confirmation|verification|authentication) code)\b/i.test(`${id} ${displayName} ${description}`)
}
