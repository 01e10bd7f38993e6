/**
 * The witness: a real browser with an account at a few web apps. It looks at each before, during and after the fault, as
 * somebody does who comes back to a tab, tries the correct password again where it is asked for it, and says what is seen.
 *
 * It shares two cores with what is measured: few apps, one page after the other, and whatever can wait (accessibility) is
 * looked at when the measuring is over. A walk over four apps takes about a second of processor time.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test'
import { type Violation, violationsOn } from './accessibility.ts'
import { factsOn, type Sight, sightOf } from './sights.ts'

export const moments = ['before', 'during', 'after'] as const
export type Moment = (typeof moments)[number]

/** A page to look at, and who is to sign in there. */
export interface WitnessPage {
  app: string
  region: string
  /** Address, with the name under which its door knows the app. */
  url: string
  username: string
  password: string
}

/** One look at one app. Plain data. */
export type Observation = {
  app: string
  region: string
  moment: Moment
  /** Coming back to the page, or trying the correct password. */
  step: 'look' | 'sign-in'
  /** ms on the run's clock; before it begins, negative infinity is written as null. */
  at: number | null
  sees: Sight
  /** File name of the picture, in the witness's folder; none where there was nothing to take one of. */
  screenshot?: string
  /** Of the pages of an outage: what keeps people from getting to know what happened. Looked at when all is over. */
  violations?: Violation[]
}

export interface WitnessOptions {
  executablePath: string
  pages: readonly WitnessPage[]
  /** For the pictures; made if it is not there. */
  folder: string
  /** For one step, ms: what the crowd's users have. */
  deadlineMs?: number
}

const flags = [
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
  '--no-first-run',
]
const viewport = { width: 1_000, height: 700 }

interface Tab {
  on: WitnessPage
  context: BrowserContext
  page: Page
}

/** A page of an outage as it came, to be looked at once more when there is time. */
interface Kept {
  observation: Observation
  html: string
}

const ofAnOutage: ReadonlySet<Sight> = new Set([
  'degraded',
  'signed-out',
  'wrong-password',
  'try-later',
  'error-page',
])

export class Witness implements AsyncDisposable {
  readonly #browser: Browser
  readonly #options: WitnessOptions
  readonly #tabs: Tab[]
  readonly #deadlineMs: number
  readonly #kept: Kept[] = []

  private constructor(browser: Browser, options: WitnessOptions, tabs: Tab[]) {
    this.#browser = browser
    this.#options = options
    this.#tabs = tabs
    this.#deadlineMs = options.deadlineMs ?? 3_000
  }

  /** Starts the browser, with a tab of its own, and cookies of its own, for each page. Rejects if it does not start. */
  static async open(options: WitnessOptions): Promise<Witness> {
    mkdirSync(options.folder, { recursive: true })
    const args = [...flags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
    const browser = await chromium.launch({ executablePath: options.executablePath, args })
    try {
      const tabs: Tab[] = []
      for (const on of options.pages) {
        const context = await browser.newContext({ viewport, reducedMotion: 'reduce' })
        tabs.push({ on, context, page: await context.newPage() })
      }
      return new Witness(browser, options, tabs)
    } catch (error) {
      await browser.close()
      throw error
    }
  }

  /**
   * Looks at every app, one after the other, until `over`. Never rejects for what an outage does. `now`: the run's clock.
   */
  async walk(moment: Moment, now: () => number, over?: AbortSignal): Promise<Observation[]> {
    const observations: Observation[] = []
    for (const tab of this.#tabs) {
      if (over?.aborted) break
      const look = await this.#step(tab, moment, 'look', now, page => page.goto(tab.on.url))
      observations.push(look)
      if (look.sees !== 'signed-out') continue
      observations.push(await this.#step(tab, moment, 'sign-in', now, page => signIn(page, tab.on)))
    }
    return observations
  }

  /** Looks at the pages of the outage once more, for those who get to know them by other means. Adds to what was observed. */
  async checkAccessibility(): Promise<void> {
    const [tab] = this.#tabs
    if (!tab) return
    // One of each kind is enough: they are the same in every walk.
    const seen = new Set<string>()
    for (const { observation, html } of this.#kept) {
      const kind = `${observation.app} ${observation.sees}`
      if (seen.has(kind)) continue
      seen.add(kind)
      const context = await this.#browser.newContext({ viewport, bypassCSP: true })
      try {
        const page = await context.newPage()
        await page.setContent(html, { timeout: this.#deadlineMs })
        observation.violations = await violationsOn(page)
      } finally {
        await context.close()
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close().catch(() => {})
  }

  async #step(
    { on, page }: Tab,
    moment: Moment,
    step: Observation['step'],
    now: () => number,
    go: (page: Page) => Promise<unknown>,
  ): Promise<Observation> {
    const at = now()
    page.setDefaultTimeout(this.#deadlineMs)
    page.setDefaultNavigationTimeout(this.#deadlineMs)
    const { app, region } = on
    const came = await go(page).then(
      () => true,
      () => false,
    )
    const facts = came ? await factsOn(page).catch(() => undefined) : undefined
    const screenshot = `${app}-${moment}${step === 'look' ? '' : '-sign-in'}.jpg`
    const isTaken = await this.#picture(page, screenshot)
    const observation: Observation = {
      app,
      region,
      moment,
      step,
      at: Number.isFinite(at) ? Math.round(at) : null,
      sees: sightOf(facts),
      ...(isTaken ? { screenshot } : {}),
    }
    if (ofAnOutage.has(observation.sees)) {
      const html = await page.content().catch(() => undefined)
      if (html !== undefined) this.#kept.push({ observation, html })
    }
    return observation
  }

  async #picture(page: Page, name: string): Promise<boolean> {
    const path = join(this.#options.folder, name)
    return await page.screenshot({ path, type: 'jpeg', quality: 70, timeout: this.#deadlineMs }).then(
      () => true,
      () => false,
    )
  }
}

async function signIn(page: Page, { username, password }: WitnessPage): Promise<void> {
  await page.fill('input[name=username]', username)
  await page.fill('input[name=password]', password)
  const answered = page.waitForNavigation({ waitUntil: 'load' })
  // Looked at below; a page that does not come must not be an unhandled rejection meanwhile.
  answered.catch(() => {})
  await page.click('form[action="/sign-in"] button', { noWaitAfter: true })
  await answered
}
