import { type Browser, chromium } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Tab } from '../../../harness/witness/tab.ts'
import { browser as found, startScripted } from './support.ts'

describe.skipIf(!found.ok)('Tab', { timeout: 60_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    const args = process.getuid?.() === 0 ? ['--no-sandbox', '--disable-gpu'] : []
    browser = await chromium.launch({ executablePath: found.ok ? found.path : '', args })
  }, 60_000)
  afterAll(() => browser?.close())

  const openAt = async (url: string, deadlineMs = 3_000) => {
    const on = { app: 'feed', region: 'us', url, username: 'ann', password: 'right' }
    return { on, tab: await Tab.open(browser, on, deadlineMs) }
  }

  test('that crashes says nothing of the app, and is replaced', async () => {
    await using site = await startScripted()
    const { on, tab } = await openAt('chrome://crash')
    expect(await tab.look()).toBeUndefined()
    on.url = `http://feed.us.localhost:${site.port}/`
    expect(await tab.look()).toMatchObject({ facts: { canSignOut: true }, httpStatus: 200, isLate: false })
  })

  test('that still waits for an earlier page is not shown that one later', async () => {
    await using site = await startScripted()
    const { tab } = await openAt(`http://feed.us.localhost:${site.port}/`, 1_000)
    site.app.look = 'silent'
    expect(await tab.look()).toMatchObject({ facts: undefined, isLate: true })
    site.app.look = 'form'
    site.app.signIn = 'silent'
    expect(await tab.look()).toMatchObject({ facts: { asksForPassword: true } })
    const signedIn = await tab.signIn()
    expect(signedIn).toMatchObject({ facts: undefined, isLate: true })
    // All waits of a sign-in together.
    expect(signedIn?.tookMs).toBeLessThan(1_900)
  })

  test('says nothing once its browser is gone', async () => {
    const ended = await chromium.launch({
      executablePath: found.ok ? found.path : '',
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    })
    const on = { app: 'feed', region: 'us', url: 'http://feed.us.localhost:1/', username: '', password: '' }
    const tab = await Tab.open(ended, on, 1_000)
    await ended.close()
    expect(await tab.look()).toBeUndefined()
    expect(await tab.html()).toBeUndefined()
    expect(await tab.picture('/dev/null')).toBe(false)
  })
})
