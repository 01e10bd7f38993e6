/** The report, opened from disk in a real browser. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContextOptions, chromium, type Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sensitivityFindings } from '../../harness/outcome/sensitivity.ts'
import { reportOf } from '../../harness/report/html/document.ts'
import { findBrowser } from '../../harness/witness/find-browser.ts'
import { aRun, someResults } from '../harness/report/runs.ts'

const found = findBrowser(undefined)
if (!found.ok) console.warn(`SKIPPED: the report in a browser, because ${found.why}`)

const architectures = ['shared-fate', 'hardened', 'cellular']
/** Each of a number of mitigations taken away: more columns than a phone has room for. */
const removals = ['bulkhead', 'circuit-breaker', 'load-shedding', 'retry-budget', 'stale-session-grace']
const cells = [null, ...removals].map(removed => ({
  ...{ scenario: 'slow-store', architecture: 'hardened', removed, reasons: [] },
  ...{
    verdict: removed === 'bulkhead' ? ('broke' as const) : ('held' as const),
    isolation: 0.5,
    forcedLogouts: 3,
  },
}))
const sensitivity = {
  seed: 1,
  cells,
  ...sensitivityFindings(cells, { 'slow-store': { needs: ['bulkhead', 'retry-budget'] } }),
}

const runsOf = (scenario: string) =>
  architectures.map(architecture =>
    aRun({ scenario, architecture, isolation: architecture === 'shared-fate' ? 0.2 : 1 }),
  )

describe.skipIf(!found.ok)('the report in a browser', () => {
  let folder: string
  let browser: Browser
  const opened: Page[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'firebreak-report-'))
    writeFileSync(
      join(folder, 'some.html'),
      await reportOf(someResults([...runsOf('wrong-issuer'), ...runsOf('calm')])),
    )
    writeFileSync(
      join(folder, 'sensitive.html'),
      await reportOf(someResults(runsOf('slow-store')), sensitivity),
    )
    const many = Array.from({ length: 35 }, (_, n) => runsOf(`scenario-${n}`)).flat()
    writeFileSync(join(folder, 'many.html'), await reportOf(someResults(many)))
    browser = await chromium.launch({
      ...(found.ok ? { executablePath: found.path } : {}),
      args: ['--no-sandbox'],
    })
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Whatever it asks of anybody, or complains of, is noted. */
  async function open(address: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    const page = await context.newPage()
    opened.push(page)
    const trouble: string[] = []
    page.on('request', request => {
      if (!/^(file|data):/.test(request.url())) trouble.push(`asked for ${request.url()}`)
    })
    page.on('pageerror', error => trouble.push(error.message))
    page.on('console', message => {
      if (message.type() === 'error') trouble.push(message.text())
    })
    await page.goto(`${pathToFileURL(folder).href}/${address}`)
    return { page, trouble }
  }

  const views = [
    'some.html',
    'some.html#wrong-issuer',
    'some.html#wrong-issuer/shared-fate',
    'sensitive.html',
  ]

  describe.each([
    { colorScheme: 'light', width: 1280 },
    { colorScheme: 'dark', width: 1280 },
    { colorScheme: 'light', width: 390 },
  ] as const)('in $colorScheme, $width wide', ({ colorScheme, width }) => {
    test.each(views)('%s asks nobody for anything, and everybody can read it', async address => {
      const { page, trouble } = await open(address, { colorScheme, viewport: { width, height: 844 } })
      await page.getByRole('heading', { level: 1 }).waitFor()
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
      expect(trouble).toEqual([])
    })
  })

  test('shows a run by the keyboard alone', async () => {
    const { page } = await open('some.html')
    await page.getByRole('link', { name: /0\.20/ }).first().focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('#detail h2').textContent()).toContain('shared-fate')
    await expect.poll(() => page.evaluate('document.activeElement?.tagName')).toBe('H2')
    expect(await page.locator('.chart canvas').count()).toBeGreaterThan(4)
    await page.goBack()
    await expect.poll(() => page.locator('#home').isVisible()).toBe(true)
  })

  test('has the numbers of each chart as a table', async () => {
    const { page } = await open('some.html#wrong-issuer/shared-fate')
    const details = page.locator('details[data-table="goodput web"]')
    await details.locator('summary').click()
    const cells = await details.locator('tbody tr').nth(4).locator('td').allTextContents()
    const heads = await details.locator('thead th').allTextContents()
    expect(cells[heads.indexOf('feed')]).toBe('10 %')
    expect(cells[heads.indexOf('rival')]).toBe('100 %')
  })

  test('changes its colours when asked to', async () => {
    const { page } = await open('some.html')
    const background = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
    const before = await background()
    await page.getByRole('button', { name: 'Dark' }).click()
    expect(await background()).not.toBe(before)
  })

  test.each(views)('%s fits a phone', async address => {
    const { page } = await open(address, { viewport: { width: 390, height: 844 } })
    await page.waitForTimeout(200)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
  })

  test('opens with a hundred runs hardly later than with a few', async () => {
    const took = async (address: string) => {
      const times: number[] = []
      for (let tries = 0; tries < 3; tries += 1) {
        const { page } = await open(address)
        const ms = await page.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
        times.push(Number(ms))
        await page.context().close()
      }
      return Math.min(...times)
    }
    const [few, many] = [await took('some.html'), await took('many.html')]
    console.info(`the report of 6 runs opens in ${Math.round(few)} ms, that of 105 in ${Math.round(many)} ms`)
    expect(many / few).toBeLessThan(105 / 6 / 2)
  })
})
