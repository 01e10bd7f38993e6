/** One person at one app: a browser context with cookies of its own, and a tab in it. */
import { type Browser, type BrowserContext, errors, type Page, type Response } from '@playwright/test'
import { HarnessError, messageOf } from '../errors.ts'
import { within } from '../run/deadline.ts'
import { factsOn, type PageFacts } from './sights.ts'

/** A page to look at, and who is to sign in there. */
export interface WitnessPage {
  app: string
  region: string
  /** Address, with the name under which its door knows the app. */
  url: string
  username: string
  password: string
}

export const viewport = { width: 1_000, height: 700 }

/** What came of a step. */
export interface Glimpse {
  /** Undefined if no page came. */
  facts: PageFacts | undefined
  /** The words of the page's notice, or why no page came; empty where nothing is said. */
  told: string
  httpStatus: number | undefined
  /** From the step's beginning until the page was there, or was given up. */
  tookMs: number
  /** No page came in time: the tab shows what it showed before. */
  isLate: boolean
}

const lateText = 'the page did not come'

export class Tab {
  readonly on: WitnessPage
  readonly #context: BrowserContext
  readonly #deadlineMs: number
  #page: Page
  #isWornOut = false

  private constructor(on: WitnessPage, context: BrowserContext, page: Page, deadlineMs: number) {
    this.on = on
    this.#context = context
    this.#page = page
    this.#deadlineMs = deadlineMs
  }

  /** `deadlineMs`: the patience of its user, for one page. Rejects with HarnessError if the address is none. */
  static async open(browser: Browser, on: WitnessPage, deadlineMs: number): Promise<Tab> {
    if (!URL.canParse(on.url)) throw new HarnessError(`the witness cannot visit ${on.app} at "${on.url}"`)
    const context = await browser.newContext({ viewport, reducedMotion: 'reduce', acceptDownloads: false })
    return new Tab(on, context, await context.newPage(), deadlineMs)
  }

  /** Comes back to the app, with the cookies it has. Undefined if that is the browser's failure: nothing was seen. */
  async look(): Promise<Glimpse | undefined> {
    if (this.#isWornOut && !(await this.#openAnew())) return undefined
    return await this.#step(page => page.goto(this.on.url, { timeout: this.#deadlineMs }))
  }

  /** Fills in the sign-in form that is open, and sends it. Undefined as with `look`. */
  async signIn(): Promise<Glimpse | undefined> {
    const timeout = this.#deadlineMs
    return await this.#step(async page => {
      await page.fill('input[name=username]', this.on.username, { timeout })
      await page.fill('input[name=password]', this.on.password, { timeout })
      const answered = page.waitForNavigation({ timeout })
      // Looked at below; a page that does not come must not be an unhandled rejection meanwhile.
      answered.catch(() => {})
      await page.click('form[action="/sign-in"] button', { timeout })
      return await answered
    })
  }

  /** Takes a picture of what is open. False if that cannot be had in time. */
  async picture(path: string): Promise<boolean> {
    const taken = this.#page.screenshot({ path, type: 'jpeg', quality: 70, timeout: this.#deadlineMs })
    return await within(this.#deadlineMs, 'no picture', taken).then(
      () => true,
      () => false,
    )
  }

  /** The page that is open, as HTML; undefined if it cannot be had in time. */
  async html(): Promise<string | undefined> {
    return await within(this.#deadlineMs, 'no page', this.#page.content()).catch(() => undefined)
  }

  /** A tab that still waits for a page, or has crashed, cannot be relied on. A new one each time costs twice as much. */
  async #openAnew(): Promise<boolean> {
    const opening = within(this.#deadlineMs, 'the browser opened no tab', this.#context.newPage())
    const page = await opening.catch(() => undefined)
    if (!page) return false
    this.#page.close().catch(() => {})
    this.#page = page
    this.#isWornOut = false
    return true
  }

  /** `go` has several waits in it; together they have as long as one. */
  async #step(go: (page: Page) => Promise<Response | null>): Promise<Glimpse | undefined> {
    const began = performance.now()
    const soFar = () => performance.now() - began
    let response: Response | null
    try {
      response = await within(this.#deadlineMs, lateText, go(this.#page))
    } catch (error) {
      this.#isWornOut = true
      const isLate = error instanceof errors.TimeoutError || error instanceof HarnessError
      const reason = reasonOf(error)
      if (!isLate && !isOfNetwork(reason) && !(await this.#isAlive())) return undefined
      const told = isLate ? `${lateText} within ${this.#deadlineMs} ms` : reason
      return { facts: undefined, told, httpStatus: undefined, tookMs: soFar(), isLate }
    }
    const tookMs = soFar()
    const looking = within(this.#deadlineMs, 'the page cannot be looked at', factsOn(this.#page))
    const facts = await looking.catch(() => undefined)
    if (facts) return { facts, told: facts.told, httpStatus: response?.status(), tookMs, isLate: false }
    this.#isWornOut = true
    return undefined
  }

  /** A tab that crashed, or went with its browser, says nothing of the app. */
  async #isAlive(): Promise<boolean> {
    return await within(this.#deadlineMs, 'no life', this.#page.evaluate('true')).then(
      () => true,
      () => false,
    )
  }
}

/** The browser's own name of a failure (ERR_CONNECTION_REFUSED) says more than the sentence around it. */
function reasonOf(error: unknown): string {
  const message = messageOf(error)
  return /\bERR_[A-Z_]+/.exec(message)?.[0] ?? message.split('\n')[0] ?? ''
}

/** A download is aborted just as a tab that crashes. */
function isOfNetwork(reason: string): boolean {
  return reason.startsWith('ERR_') && reason !== 'ERR_ABORTED'
}
