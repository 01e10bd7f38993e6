/** What every page of every role keeps to, for people and for whoever reads it by machine. */
import { describe, expect, test } from 'vitest'
import {
  errorPage,
  homePage,
  keptPlacePage,
  queuedPage,
  type Refusal,
  readOnlyPage,
  refusalPage,
  type SignInNotice,
  signInPage,
  tryLaterPage,
} from '../../../services/app/pages/index.ts'
import { OwnItems } from '../../../services/app/pages/own-items.ts'
import { hashOf, perVariant, variantCount } from '../../../services/app/pages/variants.ts'
import type { Html, Role } from '../../../services/app/role.ts'
import { defined } from '../../../services/app/roles/defined.ts'
import { roles } from '../../../services/app/roles/index.ts'
import { noticeOf } from './web-world.ts'

const hostile = `"><script>alert(1)</script><img src=x onerror='x'>&{{}}`
const place = { position: 12, retryAfterS: 8 }
const visit = { username: hostile, readOnly: false, own: [hostile] }

const signInNotices: readonly SignInNotice[] = [
  'signed-out',
  'session-expired',
  'wrong-password',
  'try-later',
  'error',
]
const refusals: readonly Refusal[] = ['another-site', 'not-a-form', 'nothing-written', 'wrong-method']

/** Page -> what it says of itself. */
const pages: readonly [string, string | undefined, (role: Role) => Html][] = [
  ['home', undefined, role => homePage(role, visit)],
  ['home from the grace', 'read-only', role => homePage(role, { ...visit, readOnly: true })],
  ['sign in', undefined, role => signInPage(role)],
  ...signInNotices.map(
    notice =>
      [`sign in, ${notice}`, notice, (role: Role) => signInPage(role, notice, hostile)] as [
        string,
        string,
        (role: Role) => Html,
      ],
  ),
  ['queued', 'queued', role => queuedPage(role, place, hostile)],
  ['place kept', 'queued', role => keptPlacePage(role)],
  ['try later', 'try-later', role => tryLaterPage(role)],
  ['try later, not sent', 'try-later', role => tryLaterPage(role, hostile)],
  ['refused, read-only', 'read-only', role => readOnlyPage(role, hostile)],
  ['error', 'error', role => errorPage(role)],
  ...refusals.map(
    why =>
      [`refused, ${why}`, 'error', (role: Role) => refusalPage(role, why)] as [
        string,
        string,
        (role: Role) => Html,
      ],
  ),
]
const own = defined({ name: 'pay', title: 'Pay', surfaces: ['web'], content: {} })
const webRoles = [...Object.values(roles), own].filter(role => role.web !== undefined)

describe.each(webRoles.map(role => [role.name, role] as const))('%s', (_name, role) => {
  describe.each(pages)('%s', (_page, notice, build) => {
    const page = String(build(role))
    const count = (pattern: RegExp) => [...page.matchAll(pattern)].length

    test('says what it is', async () => {
      expect(await noticeOf(page)).toBe(notice)
      expect(count(/data-notice=/g)).toBe(notice === undefined ? 0 : 1)
      if (notice !== undefined) expect(page).toMatch(/role="(alert|status)"/)
    })

    test('has a language, a title, its landmarks and one heading of the first rank', () => {
      expect(page).toContain('<html lang="en">')
      expect(page).toMatch(new RegExp(`<title>[^<]{4,} · ${role.title}</title>`))
      for (const tag of ['header class="bar"', 'main', 'footer', 'h1']) {
        expect(count(new RegExp(`<${tag}[ >]`, 'g'))).toBe(1)
      }
      expect(page).toContain('<a class="skip" href="#main">')
    })

    test('skips no rank of headings', () => {
      const ranks = [...page.matchAll(/<h([1-6])[ >]/g)].map(([, rank]) => Number(rank))
      for (const [index, rank] of ranks.entries()) {
        expect(rank - Math.max(1, ...ranks.slice(0, index))).toBeLessThanOrEqual(1)
      }
    })

    test('has a label for each field, and ids that are there once', () => {
      const body = page.replace(/<style>.*<\/style>/s, '')
      const ids = [...body.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
      expect(new Set(ids).size).toBe(ids.length)
      for (const [, id] of body.matchAll(/ (?:for|aria-labelledby|aria-describedby)="([^"]+)"/g)) {
        expect(ids).toContain(id)
      }
      for (const [, href] of body.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(href)
      for (const [field, id] of body.matchAll(/<(?:input|textarea)(?: id="([^"]+)")?/g)) {
        const isLabelled =
          id === undefined
            ? body.includes(`<label>User name${field}`) || body.includes(`<label>Password${field}`)
            : body.includes(`<label for="${id}">`)
        expect(isLabelled).toBe(true)
      }
    })

    test('lets nothing of a visitor be anything but text', () => {
      expect(page).not.toMatch(/<script|<img|onerror='/i)
      // What stands in an attribute's quotes is text too, as long as it has none itself.
      expect(page.replace(/="[^"<>]*"/g, '')).not.toMatch(/<[^>]* (?:src|on\w+)=/i)
    })

    test('offers something to do next', () => {
      expect(page).toMatch(
        /<a class="button" href="\/">|<form method="post" action="\/sign-in">|<form class="composer"/,
      )
    })
  })

  test('switches its action off, and says why, on a page from the grace', () => {
    const readOnly = String(homePage(role, { ...visit, readOnly: true }))
    expect(readOnly).toMatch(/<fieldset disabled aria-describedby="off">/)
    expect(readOnly).toMatch(/id="off">\w+ing .*is switched off until we can check your session again/)
    expect(readOnly).toContain('You are still signed in.')
    expect(String(homePage(role, visit))).not.toContain('disabled aria')
  })

  test('shows what its user has written', () => {
    const page = String(homePage(role, { username: 'ada', readOnly: false, own: ['second', 'first'] }))
    expect(page).toMatch(/>\s*second</)
    expect(page).toMatch(/>\s*first</)
  })
})

describe('OwnItems', () => {
  test('holds the last few of each user, newest first', () => {
    const items = new OwnItems({ itemsMax: 2 })
    for (const text of ['a', 'b', 'c']) items.add('u1', text)
    expect(items.of('u1')).toEqual(['c', 'b'])
    expect(items.of('u2')).toEqual([])
  })

  test('holds a bounded number of users and drops the one not heard of for longest', () => {
    const items = new OwnItems({ usersMax: 2 })
    for (const subject of ['u1', 'u2', 'u1', 'u3']) items.add(subject, 'x')
    expect([items.of('u1').length, items.of('u2').length, items.of('u3').length]).toEqual([2, 0, 1])
  })
})

describe('variants', () => {
  test('are built once each, whatever the number of users', () => {
    let built = 0
    const of = perVariant(variant => {
      built += 1
      return variant
    })
    const names = Array.from({ length: 2_000 }, (_, index) => `user-${index}`)
    const seen = new Set(names.map(of))
    expect(seen.size).toBe(variantCount)
    expect(built).toBe(variantCount)
    expect(names.map(of)).toEqual(names.map(name => hashOf(name) % variantCount))
  })
})
