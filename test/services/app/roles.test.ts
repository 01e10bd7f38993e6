/** The roles: complete, told apart, readable in both schemes, and the same for a user every time. */
import { describe, expect, test } from 'vitest'
import { familyApps } from '../../../harness/stack/apps.ts'

import { homePage, signInPage } from '../../../services/app/pages/index.ts'
import { avatarColours, styleSheet, warning } from '../../../services/app/pages/styles.ts'
import type { Palette, Role, WebSide } from '../../../services/app/role.ts'
import { defined } from '../../../services/app/roles/defined.ts'
import { noRole, roleOf, roles } from '../../../services/app/roles/index.ts'

const all = Object.values(roles)
const sides = all.flatMap(({ name, web }) => (web ? [[name, web] as const] : []))
const visit = { username: 'user-1', readOnly: false, own: [] }
const identity = { subject: 'u1', session: 's1', username: 'user-1', expiresAt: 0 }

describe('the roles', () => {
  test('are those of the topology', () => {
    expect(Object.keys(roles).toSorted()).toEqual([...familyApps, 'rival'].toSorted())
    for (const [name, role] of Object.entries(roles)) expect(role.name).toBe(name)
  })

  test('have the surfaces of the products that they stand for', () => {
    const surfaces = Object.fromEntries(all.map(({ name, surfaces }) => [name, surfaces.join(' ')]))
    expect(surfaces).toEqual({
      feed: 'web mobile',
      messenger: 'web mobile',
      photos: 'web mobile',
      chat: 'web mobile',
      ads: 'web',
      'messenger-api': 'api',
      'business-api': 'api',
      rival: 'web',
    })
  })

  test('check their phones as the products did', () => {
    const phones = Object.fromEntries(all.flatMap(({ name, phone }) => (phone ? [[name, phone]] : [])))
    expect(phones).toEqual({
      feed: 'introspection',
      messenger: 'introspection',
      photos: 'signature',
      chat: 'device',
    })
  })

  test('have pages where they have the surface for them', () => {
    for (const { surfaces, web } of all) expect(web !== undefined).toBe(surfaces.includes('web'))
  })

  test('give the same content to a user every time, as JSON', () => {
    for (const role of all) {
      const content = role.content(identity)
      expect(JSON.parse(JSON.stringify(content))).toEqual(content)
      expect(role.content({ ...identity, session: 'another' })).toEqual(content)
    }
  })
})

describe('the role to play', () => {
  const definition = {
    name: 'pay',
    title: 'Pay',
    surfaces: ['web' as const, 'mobile' as const],
    content: [1],
  }

  test('is one of these, or of data alone', () => {
    expect(roleOf({ ROLE: 'feed' })).toBe(roles.feed)
    const own = roleOf({ ROLE: 'pay', DEFINITION: definition })
    expect(own).toMatchObject({ name: 'pay', surfaces: ['web', 'mobile'], phone: 'introspection' })
    expect(own?.content(identity)).toEqual([1])
    expect(roleOf({ ROLE: 'pay', DEFINITION: { ...definition, phone: 'device' } })?.phone).toBe('device')
    expect(roleOf({ ROLE: 'pay', DEFINITION: { ...definition, surfaces: ['api'] } })).not.toHaveProperty(
      'web',
    )
  })

  test('is none where nobody knows it', () => {
    expect(roleOf({ ROLE: 'pay' })).toBeUndefined()
    expect(noRole.message).toContain('there are: feed, ')
  })
})

describe.each(sides)('the pages of %s', name => {
  const role = roles[name] as Role

  test('are the same for a user every time, and not for every user', () => {
    const page = String(homePage(role, visit))
    expect(String(homePage(role, visit))).toBe(page)
    const others = Array.from({ length: 10 }, (_, index) => `user-${index}`)
    const bodies = others.map(username =>
      String(homePage(role, { ...visit, username })).replaceAll(username, 'somebody'),
    )
    expect(new Set(bodies).size).toBeGreaterThan(4)
  })

  test('stay small', () => {
    expect(String(homePage(role, visit)).length).toBeLessThan(20_000)
    expect(String(signInPage(role)).length).toBeLessThan(12_000)
  })

  test('are laid out like those of no other role', () => {
    const shapeOf = (side: Role) =>
      [
        ...String(homePage(side, visit)).matchAll(
          /<(?:section|article|aside|nav|table|figure|ol|ul|dl)\b[^>]*>/g,
        ),
      ]
        .map(([tag]) => tag)
        .join('')
    const shapes = sides.map(([other]) => shapeOf(roles[other] as Role))
    expect(shapes.filter(shape => shape === shapeOf(role))).toHaveLength(1)
  })
})

/** Text, and what it stands on. */
const textPairs: readonly (readonly [keyof Colours, keyof Colours])[] = [
  ['ink', 'paper'],
  ['ink', 'card'],
  ['quiet', 'paper'],
  ['quiet', 'card'],
  ['link', 'paper'],
  ['link', 'card'],
  ['on-accent', 'accent'],
  ['on-tint', 'tint'],
  ['on-bar', 'bar'],
  ['on-warn', 'warn'],
]
/** Lines that one must see, and what they stand on: the borders of fields, rings around what has the focus. */
const linePairs: readonly (readonly [keyof Colours, keyof Colours])[] = [
  ['line', 'paper'],
  ['line', 'card'],
  ['link', 'paper'],
  ['link', 'card'],
  ['on-bar', 'bar'],
  ['accent', 'card'],
  ['warn-edge', 'warn'],
]
type Colours = Palette & Record<keyof typeof warning.light, string>

const schemes = ['light', 'dark'] as const
const own = defined({ name: 'pay', title: 'Pay', surfaces: ['web'], content: {} })
const palettes = [...sides, ['one that users define', own.web as WebSide] as const].flatMap(([name, web]) =>
  schemes.map(scheme => [name, scheme, { ...web.palette[scheme], ...warning[scheme] } as Colours] as const),
)

describe('contrast', () => {
  test('is computed as WCAG 2 defines it', () => {
    expect(contrast('#000000', '#ffffff')).toBe(21)
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
    expect(contrast('#ffffff', '#777777')).toBeCloseTo(4.48, 2)
  })

  test.each(palettes)('of text in %s, %s, is 4.5 to 1 at least', (_name, _scheme, colours) => {
    const low = textPairs.filter(([text, ground]) => contrast(colours[text], colours[ground]) < 4.5)
    expect(low).toEqual([])
  })

  test.each(palettes)('of lines in %s, %s, is 3 to 1 at least', (_name, _scheme, colours) => {
    const low = linePairs.filter(([line, ground]) => contrast(colours[line], colours[ground]) < 3)
    expect(low).toEqual([])
  })

  test('of the letters of an avatar is 4.5 to 1 at least', () => {
    expect(avatarColours.filter(colour => contrast('#ffffff', colour) < 4.5)).toEqual([])
  })
})

describe.each(sides)('the styles of %s', (name, web: WebSide) => {
  const sheet = styleSheet(web.palette, web.styles)

  test('take every colour from the palette', () => {
    expect(web.styles).not.toMatch(/#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|lab|lch|oklch|color)a?\(/i)
    const used = new Set([...sheet.matchAll(/var\(--([a-z-]+)\)/g)].map(([, property]) => property ?? ''))
    expect([...used].filter(property => !sheet.includes(`--${property}:`))).toEqual([])
  })

  test('know both schemes, and move nothing for those who want no motion', () => {
    expect(sheet).toContain('@media (prefers-color-scheme:dark)')
    const still = sheet.replace(
      /@media \(prefers-reduced-motion:no-preference\)\{(?:[^{}]*\{[^{}]*\})*\}/,
      '',
    )
    expect(still).not.toMatch(/transition|animation/)
    expect(sheet).toContain(':focus-visible{outline:3px')
  })

  test('speak of the role by no other name', () => {
    const others = sides.map(([other]) => other).filter(other => other !== name)
    expect(others.filter(other => new RegExp(`\\.${other}[ .{,]`).test(web.styles))).toEqual([])
  })
})

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

/** WCAG 2: relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map(from => Number.parseInt(colour.slice(from, from + 2), 16) / 255)
    .map(part => (part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
