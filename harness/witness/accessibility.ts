/** Whether people who cannot see a page well, or use no mouse, get to know what happened: WCAG, as axe-core checks it. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

export type Violation = {
  /** axe-core's name of the rule. */
  rule: string
  impact: string
  /** The first element that breaks it. */
  element: string
}

const graveImpacts: ReadonlySet<string> = new Set(['serious', 'critical'])

/** The serious and critical violations of the page that is open. */
export async function violationsOn(page: Page): Promise<Violation[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.flatMap(({ id, impact, nodes }) =>
    impact && graveImpacts.has(impact)
      ? [{ rule: id, impact, element: nodes[0]?.target.join(' ') ?? '' }]
      : [],
  )
}
