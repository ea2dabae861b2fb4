// Users mostly decide within a minute; after that Token.io itself asks the bank every 90 s
const steps = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000]
export const slowStep = 90_000

/** Milliseconds until a user who has not come back is asked about again, by the age of the registration. */
export function patientPaceOf (age: number): number {
  return age < 15 * 60_000 ? slowStep : 5 * 60_000
}

/** Milliseconds until the next ask: `asks` were told before, and none of the `marks` (milliseconds from now) is passed over. */
export function paceOf (asks: number, ...marks: readonly number[]): number {
  return Math.min(steps[asks] ?? slowStep, ...marks)
}

/** While the user watches our page, or the phone: every 5 s for three minutes. */
export function attentivePaceOf (age: number): number {
  return age < 3 * 60_000 ? 5_000 : slowStep
}
