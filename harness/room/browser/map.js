/* Who calls whom: drawn once, then only what changes. */

import { about } from './connection.js'
import { byId, make } from './dom.js'

const places = new Map()
const linkPaths = new Map()
const columnWidth = 222

export function drawMap() {
  const columns = [['edge', 'status'], ['app'], ['auth'], ['postgres', 'config', 'cache', 'audit']].map(
    programs => about.services.filter(({ program }) => programs.includes(program)),
  )
  const tallest = Math.max(...columns.map(column => column.length))
  const svg = make('svg', { viewBox: `0 0 ${columns.length * columnWidth} ${tallest * 40 + 10}` })
  const boxes = columns.flatMap((column, x) =>
    column.map(({ name }, row) => {
      const [left, top] = [x * columnWidth + 6, 6 + ((tallest - column.length) * 40) / 2 + row * 40]
      const note = make('text', { class: 'note', x: left + 158, y: top + 19, 'text-anchor': 'end' })
      const group = make(
        'g',
        {},
        make('rect', { x: left, y: top, width: 166, height: 30, rx: 6 }),
        make('text', { x: left + 9, y: top + 19 }, name),
        note,
      )
      places.set(name, { left, top, group, note })
      return group
    }),
  )
  for (const { name, from, to } of about.links) {
    const [a, b] = [places.get(from), places.get(to)]
    if (!a || !b || a.left >= b.left) continue
    const [x1, y1, x2, y2] = [a.left + 166, a.top + 15, b.left, b.top + 15]
    const path = make('path', { d: `M${x1} ${y1}C${x1 + 26} ${y1} ${x2 - 26} ${y2} ${x2} ${y2}` })
    linkPaths.set(name, path)
    svg.append(path)
  }
  svg.append(...boxes)
  byId('map').replaceChildren(svg)
}

export function colourMap({ links, broken }) {
  for (const [name, path] of linkPaths) {
    const rate = links[name] ?? 0
    path.setAttribute('class', broken.links.includes(name) ? 'broken' : rate > 0 ? 'busy' : '')
    path.setAttribute('stroke-width', String(Math.min(3, 1 + Math.log2(1 + rate) / 3)))
  }
  for (const [name, { group, note }] of places) {
    group.setAttribute('class', broken.services.includes(name) ? 'broken' : '')
    const rate = about.links
      .filter(({ to }) => to === name)
      .reduce((sum, link) => sum + (links[link.name] ?? 0), 0)
    note.textContent = rate > 0 ? `${Math.round(rate)}/s` : ''
  }
}
