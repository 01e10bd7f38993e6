/**
 * The witness: a real browser with an account at a few web apps. It looks at each before, during and after the fault, as
 * somebody does who comes back to a tab, tries the correct password again where it is asked for it, and says what is seen.
 *
 * It shares two cores with what is measured: few apps, one page after the other, and whatever can wait (accessibility) is
 * looked at when the measuring is over. Measured with Chromium on two busy cores: a look takes 0.17 s of processor time, one
 * that has to try the password 0.4 s, in the walk before the run, where everything is new to the browser, 1 s.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, chromium } from '@playwright/test'
import { within } from '../run/deadline.ts'
import { descendantsOf } from '../stack/processes/proc.ts'
import { type Violation, violationsIn } from './accessibility.ts'
import { type Sight, sightOf } from './sights.ts'
import { type Glimpse, Tab, type WitnessPage } from './tab.ts'

export type { WitnessPage } from './tab.ts'

export const moments = ['before', 'during', 'after'] as const
export type Moment = (typeof moments)[number]

/** One look at one app. Plain data. */
export type Observation = {
  app: string
  region: string
  moment: Moment
  /** Coming back to the page, or trying the correct password. */
  step: 'look' | 'sign-in'
  /** When the step began, ms on the run's clock; null before that begins. */
  at: number | null
  /** Until the page was there, or was given up, ms. */
  tookMs: number
  sees: Sight
  /** What the page says of what happened, in its own words; where no page came, why. */
  told?: string
  /** Of the page that came in the end, behind redirects. */
  httpStatus?: number
  /** File name of the picture, in the witness's folder; none where no page came in time. */
  screenshot?: string
  /** Of one page of each kind that tells of an outage: what keeps people from reading it. Looked at when all is over. */
  violations?: Violation[]
}

export interface WitnessOptions {
  executablePath: string
  pages: readonly WitnessPage[]
  /** For the pictures; made if it is not there. Those of an earlier run are removed. */
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
  // One process for all pages: a walk costs a quarter less.
  '--renderer-process-limit=1',
  '--disable-site-isolation-trials',
]
const launchLimitMs = 30_000
/** Behind what is measured: where both want the processor, the witness sees less, and the crowd what it would see anyway. */
const niceness = 5
const closeLimitMs = 5_000
/** How long the next app waits for one whose page does not come, ms. To wait costs no processor time. */
const turnMs = 600

/** A page of an outage as it came, to be looked at once more when there is time. */
interface Kept {
  observation: Observation
  kind: string
  html: string
}

export class Witness implements AsyncDisposable {
  readonly #browser: Browser
  readonly #folder: string
  readonly #tabs: Tab[]
  readonly #kept: Kept[] = []

  private constructor(browser: Browser, folder: string, tabs: Tab[]) {
    this.#browser = browser
    this.#folder = folder
    this.#tabs = tabs
  }

  /**
   * Starts the browser, with cookies of its own for each page. Rejects if it does not start (Playwright's error, or
   * HarnessError); then nothing of it is left.
   */
  static async open({ executablePath, pages, folder, deadlineMs = 3_000 }: WitnessOptions): Promise<Witness> {
    mkdirSync(folder, { recursive: true })
    removePictures(folder)
    const others = new Set(descendantsOf(process.pid))
    const browser = await chromium.launch({
      executablePath,
      args: [...flags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
      timeout: launchLimitMs,
      // Playwright would end this process on SIGINT, before the faults are undone.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    })
    try {
      for (const pid of descendantsOf(process.pid)) if (!others.has(pid)) giveWay(pid)
      const opening = Promise.all(pages.map(page => Tab.open(browser, page, deadlineMs)))
      return new Witness(browser, folder, await within(launchLimitMs, 'the browser opened no tabs', opening))
    } catch (error) {
      await close(browser)
      throw error
    }
  }

  /** Why it can say no more: its browser is gone. */
  get endedBecause(): string | undefined {
    return this.#browser.isConnected() ? undefined : 'the browser has ended'
  }

  /**
   * Looks at every app in turn; no step begins after `over`. Never rejects for what an outage does: an app whose page does
   * not come is seen as `nothing`. What the browser itself did not live to see is left out. `now`: the run's clock, ms.
   */
  async walk(moment: Moment, now: () => number, over?: AbortSignal): Promise<Observation[]> {
    const visits: Promise<Observation[]>[] = []
    for (const tab of this.#tabs) {
      if (over?.aborted) break
      const visit = this.#visit(tab, moment, now, over)
      visits.push(visit)
      await Promise.race([visit, sleep(turnMs)])
    }
    return (await Promise.all(visits)).flat()
  }

  /** Looks at the pages of the outage once more, for those who get to know them by other means. Adds to what was observed. */
  async checkAccessibility(): Promise<void> {
    // One of each kind is enough: they are the same in every walk.
    const firsts = new Map(this.#kept.toReversed().map(kept => [kept.kind, kept]))
    for (const { observation, html } of firsts.values()) {
      const violations = await violationsIn(this.#browser, html)
      if (violations) observation.violations = violations
    }
  }

  /** Bounded: a browser that does not close ends with this process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await close(this.#browser)
  }

  async #visit(tab: Tab, moment: Moment, now: () => number, over?: AbortSignal): Promise<Observation[]> {
    const observations: Observation[] = []
    const step = async (name: Observation['step']): Promise<Glimpse | undefined> => {
      const at = now()
      const glimpse = await (name === 'look' ? tab.look() : tab.signIn())
      if (glimpse) observations.push(await this.#observe(tab, { moment, step: name, at, glimpse }))
      return glimpse
    }
    const looked = await step('look')
    // Whatever else the page says, its place in the line for one.
    if (looked?.facts?.asksForPassword && !over?.aborted) await step('sign-in')
    return observations
  }

  async #observe(
    tab: Tab,
    { moment, step, at, glimpse }: Pick<Observation, 'moment' | 'step'> & { at: number; glimpse: Glimpse },
  ): Promise<Observation> {
    const { app, region } = tab.on
    const { facts, told, httpStatus, tookMs, isLate } = glimpse
    const screenshot = `${app}-${moment}${step === 'look' ? '' : '-sign-in'}.jpg`
    const isTaken = !isLate && (await tab.picture(join(this.#folder, screenshot)))
    const observation: Observation = {
      app,
      region,
      moment,
      step,
      at: Number.isFinite(at) ? Math.round(at) : null,
      tookMs: Math.round(tookMs),
      sees: sightOf(facts),
      ...(told === '' ? {} : { told }),
      ...(httpStatus === undefined ? {} : { httpStatus }),
      ...(isTaken ? { screenshot } : {}),
    }
    if (facts && (facts.notice !== null || observation.sees === 'error-page')) {
      const html = await tab.html()
      const kind = `${app} ${facts.notice} ${facts.asksForPassword}`
      if (html !== undefined) this.#kept.push({ observation, kind, html })
    }
    return observation
  }
}

function giveWay(pid: number): void {
  try {
    setPriority(pid, niceness)
  } catch {
    // It has ended.
  }
}

/** The pictures in a folder that an earlier witness took. */
function removePictures(folder: string): void {
  const name = new RegExp(`^[a-z-]+-(${moments.join('|')})(-sign-in)?\\.jpg$`)
  for (const file of readdirSync(folder)) if (name.test(file)) rmSync(join(folder, file))
}

async function close(browser: Browser): Promise<void> {
  await within(closeLimitMs, 'the browser did not close', browser.close()).catch(() => {})
}
