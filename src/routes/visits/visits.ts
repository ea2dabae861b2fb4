import type { FastifyInstance } from 'fastify'
import type { OpenProvider } from '../../providers/provider.ts'
import type { Visits } from '../../providers/visits.ts'
import { addBankArrivalRoute, type BankArrivalParts } from './bank-arrival.ts'
import { addOwnAppRoute, type OwnAppParts } from './own-app.ts'
import { addStepRoutes, type StepParts } from './steps.ts'

export interface VisitParts {
  readonly providers: readonly OpenProvider[]
  readonly journal: StepParts['journal'] & BankArrivalParts['journal'] & OwnAppParts['journal']
  readonly registrations: StepParts['registrations']
  readonly verify: OwnAppParts['verify']
  readonly pages: StepParts['pages']
}

/** The routes of each provider whose users wait with us. */
export function addVisitRoutes (app: FastifyInstance, { providers, ...parts }: VisitParts): void {
  for (const provider of providers.filter(hasVisits)) {
    addStepRoutes(app, { provider, ...parts })
    addBankArrivalRoute(app, { provider, ...parts })
    addOwnAppRoute(app, { provider, ...parts })
  }
}

function hasVisits (provider: OpenProvider): provider is OpenProvider & { readonly visits: Visits } {
  return provider.visits !== undefined
}
