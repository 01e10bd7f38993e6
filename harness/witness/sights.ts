/** What a person sees, told from what is on the page and not from its status. */

import type { Page } from '@playwright/test'
import { z } from 'zod'

export const sights = [
  'signed-in',
  'degraded', // signed in, and told that it is read-only for the moment
  'signed-out', // a sign-in form, whatever it says
  'wrong-password', // told that the password is incorrect
  'try-later', // told to come back, or standing in line
  'error-page',
  'nothing', // the browser's own error, a page that does not come, or one with nothing on it
] as const
export type Sight = (typeof sights)[number]

const toldLengthMax = 200

const factsSchema = z.object({
  /** What the page says of itself: `data-notice`. */
  notice: z.string().nullable(),
  /** The words of that notice. */
  told: z.string(),
  asksForPassword: z.boolean(),
  canSignOut: z.boolean(),
  isBlank: z.boolean(),
})
/** What is on a page. */
export type PageFacts = z.output<typeof factsSchema>

const byNotice: Readonly<Record<string, Sight>> = {
  'read-only': 'degraded',
  'wrong-password': 'wrong-password',
  'try-later': 'try-later',
  queued: 'try-later',
  error: 'error-page',
}

/** `undefined`: no page came. */
export function sightOf(facts: PageFacts | undefined): Sight {
  if (facts === undefined || facts.isBlank) return 'nothing'
  const told = facts.notice === null ? undefined : byNotice[facts.notice]
  if (told !== undefined) return told
  if (facts.asksForPassword) return 'signed-out'
  return facts.canSignOut ? 'signed-in' : 'error-page'
}

/** Looked up in the page itself. A form without words is no blank page. */
const factsExpression = `(() => {
  const notice = document.querySelector('[data-notice]')
  const asksForPassword = document.querySelector('input[type=password]') !== null
  return {
    notice: notice?.getAttribute('data-notice') ?? null,
    told: (notice?.innerText ?? '').replace(/\\s+/g, ' ').trim().slice(0, ${toldLengthMax}),
    asksForPassword,
    canSignOut: document.querySelector('form[action="/sign-out"]') !== null,
    isBlank: !asksForPassword && (document.body?.innerText ?? '').trim() === '',
  }
})()`

/** What is on the page that is open. Rejects where there is none to look at. */
export async function factsOn(page: Page): Promise<PageFacts> {
  return factsSchema.parse(await page.evaluate(factsExpression))
}
