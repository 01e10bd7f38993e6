import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Observation } from '../../../harness/witness/witness.ts'
import { mitigations } from '../../../services/common/mitigations.ts'
import { type AnswerName, browser, openWitness, startFamilyApp, startScripted } from './support.ts'

/** A browser takes its time to start where others want the processor, too. */
const options = { timeout: 120_000 }

const inWords = (observed: readonly Observation[]) => observed.map(({ step, sees }) => `${step}: ${sees}`)

describe.skipIf(!browser.ok)('what the witness sees', options, () => {
  test('of every answer, and where it tries the correct password', async () => {
    await using site = await startScripted()
    await using open = await openWitness({ feed: site.port })
    const walk = async (look: AnswerName, signIn: AnswerName = 'letsIn') => {
      Object.assign(site.app, { look, signIn })
      return inWords(await open.witness.walk('during', () => 7))
    }
    expect(await walk('form')).toEqual(['look: signed-out', 'sign-in: signed-in'])
    expect(await walk('home')).toEqual(['look: signed-in'])
    expect(await walk('readOnly')).toEqual(['look: degraded'])
    expect(await walk('expired', 'refuses')).toEqual(['look: signed-out', 'sign-in: wrong-password'])
    expect(await walk('signedOut', 'busy')).toEqual(['look: signed-out', 'sign-in: try-later'])
    expect(await walk('form', 'queued')).toEqual(['look: signed-out', 'sign-in: try-later'])
    expect(await walk('keptPlace')).toEqual(['look: try-later', 'sign-in: signed-in'])
    expect(await walk('later')).toEqual(['look: try-later'])
    for (const failing of ['error', 'json'] as const)
      expect(await walk(failing)).toEqual(['look: error-page'])
    for (const failing of ['blank', 'reset', 'cutInHead', 'download', 'silent', 'halfSilent'] as const)
      expect([failing, await walk(failing)]).toEqual([failing, ['look: nothing']])
    expect(await walk('form', 'silent')).toEqual(['look: signed-out', 'sign-in: nothing'])
    expect(await walk('form', 'reset')).toEqual(['look: signed-out', 'sign-in: nothing'])
    expect(await walk('home')).toEqual(['look: signed-in'])
    await site.stop()
    expect(await walk('home')).toEqual(['look: nothing'])
  })

  test('with what one is told, when, and a picture', async () => {
    await using site = await startScripted()
    await using open = await openWitness({ feed: site.port })
    Object.assign(site.app, { look: 'expired', signIn: 'refuses' })
    const [look, signIn] = await open.witness.walk('during', () => 7.4)
    expect(look).toEqual({
      app: 'feed',
      region: 'us',
      moment: 'during',
      step: 'look',
      at: 7,
      tookMs: expect.any(Number),
      sees: 'signed-out',
      told: 'Please sign in again to go on.',
      httpStatus: 200,
      screenshot: 'feed-during.jpg',
    })
    expect(signIn).toMatchObject({
      step: 'sign-in',
      told: 'The user name or password is incorrect. Check both, then sign in again.',
      httpStatus: 401,
      screenshot: 'feed-during-sign-in.jpg',
    })
    expect(readdirSync(open.folder).toSorted()).toEqual(['feed-during-sign-in.jpg', 'feed-during.jpg'])
    // JPEG begins with these.
    expect(readFileSync(join(open.folder, 'feed-during.jpg')).subarray(0, 2).toString('hex')).toBe('ffd8')

    site.app.look = 'home'
    const [home] = await open.witness.walk('before', () => Number.NEGATIVE_INFINITY)
    expect(home).toMatchObject({ at: null, sees: 'signed-in', httpStatus: 200 })
    expect(home).not.toHaveProperty('told')
  })

  test('when no page comes, with why', async () => {
    await using site = await startScripted()
    await using open = await openWitness({ feed: site.port })
    const toldOf = async (look: AnswerName) => {
      site.app.look = look
      const [observed] = await open.witness.walk('after', () => 0)
      return observed?.told
    }
    expect(await toldOf('silent')).toBe('the page did not come within 1500 ms')
    expect(await toldOf('reset')).toMatch(/^ERR_(CONNECTION_RESET|EMPTY_RESPONSE)$/)
    await site.stop()
    expect(await toldOf('home')).toBe('ERR_CONNECTION_REFUSED')
  })

  test('of a server that dies while it walks', async () => {
    await using feed = await startScripted()
    await using ads = await startScripted()
    await using open = await openWitness({ feed: feed.port, ads: ads.port })
    Object.assign(feed.app, { look: 'form', signIn: 'silent' })
    const walking = open.witness.walk('during', () => 0)
    await expect.poll(() => readdirSync(open.folder), { timeout: 20_000 }).toContain('feed-during.jpg')
    await Promise.all([feed.stop(), ads.stop()])
    const seen = (await walking).map(({ app, step, sees }) => `${app} ${step}: ${sees}`)
    expect(seen.slice(0, 2)).toEqual(['feed look: signed-out', 'feed sign-in: nothing'])
    expect(seen).toHaveLength(3)
  })

  test('of several silent apps, without waiting for one after the other', async () => {
    await using site = await startScripted()
    const apps = { feed: site.port, ads: site.port, chat: site.port, photos: site.port }
    await using open = await openWitness(apps, { deadlineMs: 3_000 })
    site.app.look = 'silent'
    const began = performance.now()
    const observed = await open.witness.walk('during', () => performance.now() - began)
    const clockMs = performance.now() - began
    expect(observed.map(({ app, sees }) => `${app} ${sees}`)).toEqual(
      Object.keys(apps).map(app => `${app} nothing`),
    )
    // In turn it begins them, and waits for all of them at once.
    const starts = observed.map(({ at }) => at ?? 0)
    expect(starts).toEqual(starts.toSorted((a, b) => a - b))
    expect(clockMs).toBeLessThan(4 * 3_000)
  })
})

describe.skipIf(!browser.ok)('at a real app with a real auth', options, () => {
  test('shared-fate throws people out, and calls their password wrong', async () => {
    await using feed = await startFamilyApp('feed', [])
    await using open = await openWitness({ feed: feed.port }, { deadlineMs: 3_000 })
    const walk = async () => inWords(await open.witness.walk('during', () => 0))
    expect(await walk()).toEqual(['look: signed-out', 'sign-in: signed-in'])
    expect(await walk()).toEqual(['look: signed-in'])
    feed.state.auth = 'broken'
    expect(await walk()).toEqual(['look: signed-out', 'sign-in: wrong-password'])
    feed.state.auth = 'up'
    expect(await walk()).toEqual(['look: signed-out', 'sign-in: signed-in'])
  })

  test('hardened goes on read-only, and asks newcomers to come back', async () => {
    const names = mitigations.filter(name => name !== 'cells')
    await using photos = await startFamilyApp('photos', names)
    await using open = await openWitness({ photos: photos.port }, { deadlineMs: 3_000 })
    await using newcomer = await openWitness({ photos: photos.port }, { deadlineMs: 3_000 })
    const walk = async ({ witness } = open) => inWords(await witness.walk('during', () => 0))
    expect(await walk()).toEqual(['look: signed-out', 'sign-in: signed-in'])
    photos.state.auth = 'away'
    await expect.poll(() => walk(), { timeout: 30_000 }).toEqual(['look: degraded'])
    expect(await walk(newcomer)).toEqual(['look: signed-out', 'sign-in: try-later'])
    photos.state.auth = 'up'
    await expect.poll(() => walk(), { timeout: 30_000 }).toEqual(['look: signed-in'])
    const last = () => newcomer.witness.walk('after', () => 0).then(seen => seen.at(-1)?.sees)
    await expect.poll(last, { timeout: 30_000 }).toBe('signed-in')
  })
})

describe.skipIf(!browser.ok)('the witness', options, () => {
  test('looks closely at one page of each kind that tells of an outage, and finds nothing', async () => {
    await using site = await startScripted()
    await using open = await openWitness({ feed: site.port })
    const observed: Observation[] = []
    const walk = async (look: AnswerName, signIn: AnswerName) => {
      Object.assign(site.app, { look, signIn })
      observed.push(...(await open.witness.walk('during', () => 0)))
    }
    await walk('form', 'letsIn')
    await walk('expired', 'refuses')
    await walk('expired', 'busy')
    await walk('later', 'busy')
    await walk('readOnly', 'busy')
    await walk('error', 'busy')
    await walk('silent', 'busy')
    await open.witness.checkAccessibility()
    const shown = observed.map(({ sees, violations }) => [sees, violations])
    expect(shown).toEqual([
      // Neither tells of an outage.
      ['signed-out', undefined],
      ['signed-in', undefined],
      ['signed-out', []],
      ['wrong-password', []],
      // Looked at already.
      ['signed-out', undefined],
      ['try-later', []],
      ['try-later', []],
      ['degraded', []],
      ['error-page', []],
      // The browser's own.
      ['nothing', undefined],
    ])
  })

  test('finds what keeps people from reading a page', async () => {
    await using site = await startScripted()
    await using open = await openWitness({ feed: site.port })
    site.app.look = 'unlabelled'
    site.app.signIn = 'silent'
    const [observed] = await open.witness.walk('during', () => 0)
    await open.witness.checkAccessibility()
    expect(observed?.violations).toContainEqual({ rule: 'label', impact: 'critical', element: 'input' })
  })

  test('ends a walk with the run, removes pictures of an earlier one, and leaves no browser', async () => {
    await using site = await startScripted()
    await using first = await openWitness({ feed: site.port })
    for (const name of ['feed-before.jpg', 'holiday.jpg']) writeFileSync(join(first.folder, name), '')
    const { witness } = await openWitness({ feed: site.port }, { folder: first.folder })
    expect(readdirSync(first.folder)).toEqual(['holiday.jpg'])
    expect(await witness.walk('during', () => 0, AbortSignal.abort())).toEqual([])
    expect(witness.endedBecause).toBeUndefined()
    site.app.look = 'silent'
    const walking = witness.walk('during', () => 0)
    await witness[Symbol.asyncDispose]()
    await witness[Symbol.asyncDispose]()
    // What it did not live to see is no testimony.
    expect(await walking).toEqual([])
    expect(await witness.walk('after', () => 0)).toEqual([])
    await witness.checkAccessibility()
    expect(witness.endedBecause).toBe('the browser has ended')
  })

  test('leaves signals to those who have faults to undo', async () => {
    const before = process.listenerCount('SIGINT')
    await using site = await startScripted()
    await using _ = await openWitness({ feed: site.port })
    expect(process.listenerCount('SIGINT')).toBe(before)
  })

  test('does not open without a browser, or with an address that is none', async () => {
    await using site = await startScripted()
    await expect(openWitness({ feed: site.port }, { executablePath: '/bin/false' })).rejects.toThrow(/launch/)
    const page = { app: 'feed', region: 'us', url: 'feed', username: 'ann', password: 'right' }
    await expect(openWitness({}, { pages: [page] })).rejects.toThrow('cannot visit feed at "feed"')
  })
})
