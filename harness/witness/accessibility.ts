/** Whether people who cannot see a page well, or use no mouse, get to know what happened: WCAG, as axe-core checks it. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from '@playwright/test'
import { within } from '../run/deadline.ts'
import { viewport } from './tab.ts'

export type Violation = {
  /** axe-core's name of the rule. */
  rule: string
  impact: string
  /** The first element that breaks it. */
  element: string
}

const graveImpacts: ReadonlySet<string> = new Set(['serious', 'critical'])
/** For one page, ms. It takes about a second on a machine with nothing else to do. */
const limitMs = 15_000

/** The serious and critical violations of the page that is open. */
export async function violationsOn(page: Page): Promise<Violation[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.flatMap(({ id, impact, nodes }) =>
    impact && graveImpacts.has(impact)
      ? [{ rule: id, impact, element: nodes[0]?.target.join(' ') ?? '' }]
      : [],
  )
}

/** Those of a page that was kept as HTML; undefined if it cannot be checked. */
export async function violationsIn(browser: Browser, html: string): Promise<Violation[] | undefined> {
  const checked = async () => {
    const context = await browser.newContext({ viewport, bypassCSP: true })
    try {
      const page = await context.newPage()
      await page.setContent(html)
      return await violationsOn(page)
    } finally {
      await context.close()
    }
  }
  return await within(limitMs, 'the page was not checked', checked()).catch(() => undefined)
}
