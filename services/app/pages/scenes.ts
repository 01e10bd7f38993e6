/** Pictures drawn from a name: no files, and the same picture for the same name. */
import { html, raw } from 'hono/html'
import type { Html } from '../role.ts'
import { at, numberOf, type Pool } from './variants.ts'

export interface Scene {
  /** What the picture shows, for those who do not see it. */
  alt: string
  picture: Html
}

interface Light {
  when: string
  sky: string
  glow: string
  sun: string
  /** From the far to the near. */
  land: readonly [string, string, string]
  water: string
}

const lights: Pool<Light> = [
  {
    when: 'at dawn',
    sky: '#f3c0ac',
    glow: '#fde5c6',
    sun: '#fffaf0',
    land: ['#a3b18a', '#6f8a67', '#3f5a44'],
    water: '#8fb3c4',
  },
  {
    when: 'at noon',
    sky: '#a5d3ee',
    glow: '#dcf0f8',
    sun: '#fff4c9',
    land: ['#9cc07a', '#659653', '#3c6b3a'],
    water: '#5b9cc4',
  },
  {
    when: 'at dusk',
    sky: '#7666a6',
    glow: '#efa08c',
    sun: '#ffdf9e',
    land: ['#79658f', '#4f4268', '#2f2946'],
    water: '#5a6f9c',
  },
  {
    when: 'by night',
    sky: '#16213e',
    glow: '#26365f',
    sun: '#f1eddc',
    land: ['#35525d', '#243b45', '#15252c'],
    water: '#1f3a5f',
  },
  {
    when: 'in autumn',
    sky: '#f1d8a8',
    glow: '#fbeed3',
    sun: '#fffaf0',
    land: ['#d39a5b', '#a5683a', '#6d4226'],
    water: '#9db4a6',
  },
  {
    when: 'in winter',
    sky: '#c6d3e2',
    glow: '#edf1f6',
    sun: '#ffffff',
    land: ['#b3c3ce', '#7e95a6', '#4d6274'],
    water: '#a7c0cf',
  },
]

type Numbers = (name: string, from: number, to: number) => number

interface Ground {
  what: string
  draw(n: Numbers, light: Light): string
}

const shape = (fill: string, path: string) => `<path fill="${fill}" d="${path}"/>`

const grounds: Pool<Ground> = [
  {
    what: 'Hills one behind the other',
    draw: (n, { land: [far, middle, near] }) =>
      shape(far, `M0 ${n('a', 48, 60)}q25-${n('b', 14, 30)} 50 0t50 0v60H0z`) +
      shape(middle, `M0 ${n('c', 64, 72)}q30-${n('d', 12, 24)} 60 0t60 0v60H0z`) +
      shape(near, `M0 86q40-14 100-${n('e', 0, 8)}v30H0z`),
  },
  {
    what: 'The sea and a small boat',
    draw(n, { land: [, , near], water }) {
      const left = n('boat', 14, 64)
      return `${shape(water, 'M0 58h100v42H0z')}<path fill="none" stroke="#fff" stroke-opacity=".45" d="M8 72h26m20 6h30m-66 12h24m26 4h20"/>${shape(near, `M${left} 64h22l-4 6h-14z`)}${shape('#fff', `M${left + 11} 62v-24l11 22z`)}`
    },
  },
  {
    what: 'The roofs of a town',
    draw: (n, { land }) =>
      [0, 1, 2, 3, 4, 5]
        .map(house => {
          const height = n(`house ${house}`, 20, 50)
          const left = house * 17
          return `${shape(at(land, house * 2 + n(`wall ${house}`, 0, 1)), `M${left} 100v-${height}l8-8 9 8v${height}z`)}${shape('#ffe9a8', `M${left + 6} ${108 - height}h4v5h-4z`)}`
        })
        .join(''),
  },
  {
    what: 'Dunes under a wide sky',
    draw: (n, { land: [far, middle, near] }) =>
      shape(far, `M0 62c22-${n('a', 10, 22)} 44-4 60 2s30 4 40-4v40H0z`) +
      shape(middle, `M0 78c30-${n('b', 2, 10)} 40 10 100-${n('c', 8, 16)}v40H0z`) +
      shape(near, `M0 94c34 4 66-${n('d', 6, 12)} 100-8v20H0z`),
  },
  {
    what: 'The edge of a wood',
    draw: (n, { land }) =>
      [2, 18, 36, 54, 70, 84, 98]
        .map((left, tree) =>
          shape(at(land, tree + 1), `M${left} ${86 - n(`tree ${tree}`, 28, 54)}L${left + 11} 88h-22z`),
        )
        .join('') + shape(land[2], 'M0 84q50-6 100 0v16H0z'),
  },
]

/** Draws the scene of a name. It uses no ids, so that any number of scenes fit on one page. */
export function scene(name: string): Scene {
  const n: Numbers = (part, from, to) => numberOf(`${part} of ${name}`, from, to)
  const light = at(lights, n('light', 0, lights.length - 1))
  const { what, draw } = at(grounds, n('ground', 0, grounds.length - 1))
  const alt = `${what} ${light.when}`
  const sun = `<circle cx="${n('x', 20, 80)}" cy="${n('y', 20, 38)}" r="${n('size', 6, 11)}" fill="${light.sun}"/>`
  const sky = shape(light.sky, 'M0 0h100v100H0z') + shape(light.glow, 'M0 40h100v60H0z') + sun
  const picture = html`<svg class="picture" viewBox="0 0 100 100" preserveAspectRatio="xMidYMid slice" role="img" aria-label="${alt}">${raw(sky + draw(n, light))}</svg>`
  return { alt, picture }
}
