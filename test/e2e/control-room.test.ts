/** The control room, driven in a real browser: break something, see an app fall, undo it, see it come back. */
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, chromium, type Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findBrowser } from '../../harness/witness/find-browser.ts'
import { describeOnRuntimes } from './containers-support.ts'
import { Room, type Run } from './room.ts'

const found = findBrowser(undefined)
if (!found.ok) console.warn(`SKIPPED: the control room in a browser, because ${found.why}`)

const startMsMax = 240_000
/** For what takes seconds on a machine of its own, ms. */
const patienceMs = 60_000

describeOnRuntimes(
  runtime => {
    describe.skipIf(!found.ok)('the control room', () => {
      let room: Room
      let run: Run
      let browser: Browser
      let page: Page
      let address: string

      beforeAll(async () => {
        room = new Room()
        run = room.firebreak(['up', '--runtime', runtime, '--architecture', 'shared-fate', '--for', '10m'])
        await run.says(/Ctrl-C ends it/, startMsMax)
        address = /http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\//.exec(run.output())?.[0] ?? ''
        browser = await chromium.launch({
          ...(found.ok ? { executablePath: found.path } : {}),
          args: ['--no-sandbox'],
        })
        const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } })
        page = await context.newPage()
        await page.goto(address)
      }, startMsMax + patienceMs)
      afterAll(async () => {
        await browser?.close()
        await room[Symbol.asyncDispose]()
      })

      const stateOf = (app: string) => page.locator(`[data-app="${app}"]`).getAttribute('data-state')
      const stateBecomes = (app: string, states: readonly string[]) =>
        expect
          .poll(() => stateOf(app), { timeout: patienceMs, interval: 250 })
          .toSatisfy(state => states.includes(String(state)))

      test('lets nobody in who does not know its address', async () => {
        const { origin } = new URL(address)
        expect((await fetch(`${origin}/`)).status).toBe(404)
        expect((await fetch(`${origin}/${'x'.repeat(32)}/about`)).status).toBe(404)
        const other = { origin: 'http://evil.example', 'content-type': 'application/json' }
        const asked = await fetch(`${address}faults`, { method: 'POST', headers: other, body: '{}' })
        expect(asked.status).toBe(403)
      })

      test('breaks feed’s way to auth, and feed falls; undone, it comes back', {
        timeout: 4 * patienceMs,
      }, async () => {
        await stateBecomes('rival web', ['well'])
        await stateBecomes('feed web', ['well'])
        await page.getByLabel('Look for a fault').fill('a link is down')
        const form = page.locator('[data-fault="down"] form')
        await form.getByLabel(/^link/).fill('feed -> auth')
        await form.getByRole('button', { name: 'Break it: down' }).click()
        await page.getByText('down at feed -> auth').first().waitFor()
        // A busy machine may hold up the control group, too, but not for good.
        await expect
          .poll(async () => [await stateOf('feed web'), await stateOf('rival web')], {
            timeout: patienceMs,
            interval: 250,
          })
          .toSatisfy(([feed, rival]) => ['down', 'harmed'].includes(feed) && rival === 'well')
        await page.getByRole('button', { name: 'Undo down' }).click()
        await stateBecomes('feed web', ['well'])
        await expect.poll(() => page.locator('#faults li').count()).toBe(0)
      })

      test('says what is wrong with a form', async () => {
        await page.getByLabel('Look for a fault').fill('a link is down')
        const form = page.locator('[data-fault="down"] form')
        await form.getByLabel(/^link/).fill('feed -> nowhere')
        await form.getByRole('button', { name: 'Break it: down' }).click()
        await expect.poll(() => page.getByRole('alert').textContent()).toContain('no link "feed -> nowhere"')
      })

      test('switches a mitigation on', { timeout: 3 * patienceMs }, async () => {
        const box = page.getByLabel('tri-state-auth-result')
        expect(await box.isChecked()).toBe(false)
        await box.check()
        await page.getByText('tri-state-auth-result is on').waitFor({ timeout: 2 * patienceMs })
        await expect.poll(() => page.getByLabel('tri-state-auth-result').isChecked()).toBe(true)
      })

      test.each(['light', 'dark'] as const)('can be read by everybody, in %s', async colorScheme => {
        await page.emulateMedia({ colorScheme })
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
      })

      test('fits a phone', async () => {
        await page.setViewportSize({ width: 390, height: 844 })
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
      })
    })
  },
  { containers: 'in-full' },
)
