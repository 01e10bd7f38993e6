/** The stack of a run, drawn: what was broken, and which apps were harmed. */
import { linksNamed } from '../../faults/links.ts'
import { servicesNamed } from '../../faults/services.ts'
import type { RunResult } from '../../outcome/results.ts'
import { withParts } from '../../stack/stack-parts.ts'
import { linksOf, type ServiceSpec, type Topology, topologyOf } from '../../stack/topology.ts'
import { type Html, html, percent, stepOf } from './markup.ts'

const columns = ['edge', 'app', 'auth', 'store'] as const
type Column = (typeof columns)[number]
const titles: Record<Column, string> = {
  edge: 'front doors',
  app: 'apps',
  auth: 'auth',
  store: 'what auth needs',
}
const columnWidth = 226
const box = { width: 172, height: 30, gap: 10 }
const top = 40

interface Node {
  service: ServiceSpec
  x: number
  y: number
}

export function topologyMap(run: RunResult): Html {
  const { mitigations, about, faults = [], outcome } = run
  if (mitigations === undefined || outcome === undefined) return html``
  const topology = withParts(topologyOf({ mitigations }), about?.parts ?? [])
  const nodes = placed(topology)
  const broken = brokenBy(faults, topology)
  const height = Math.max(...nodes.map(({ y }) => y)) + box.height + 16
  const width = columns.length * columnWidth
  const at = new Map(nodes.map(node => [node.service.name, node]))
  const links = linksOf(topology).flatMap(({ name, from, to }) => {
    const [a, b] = [at.get(from), at.get(to)]
    return a && b && a.x < b.x ? [{ a, b, isBroken: broken.links.has(name) }] : []
  })
  const words = [...broken.services, ...(broken.links.size > 0 ? [`${broken.links.size} links`] : [])]
  return html`<svg class="map" viewBox="0 0 ${width} ${height}" role="img" aria-label="The services and their links. Broken: ${words.join(', ') || 'nothing'}.">
    ${columns.map((column, index) => html`<text class="column" x="${index * columnWidth + 8}" y="18">${titles[column]}</text>`)}
    ${links
      .toSorted((one, other) => Number(one.isBroken) - Number(other.isBroken))
      .map(
        ({ a, b, isBroken }) =>
          html`<path class="${isBroken ? 'link broken' : 'link'}" d="M${a.x + box.width} ${a.y + box.height / 2} C ${a.x + box.width + 28} ${a.y + box.height / 2}, ${b.x - 28} ${b.y + box.height / 2}, ${b.x} ${b.y + box.height / 2}" />`,
      )}
    ${nodes.map(node => boxOf(node, broken.services.has(node.service.name), harmOf(run, node.service.role)))}
  </svg>`
}

function boxOf({ service, x, y }: Node, isBroken: boolean, harm: number | undefined): Html {
  const note = isBroken ? '⚡' : harm === undefined || harm <= 0.02 ? '' : `−${percent(harm)}`
  return html`<g class="${isBroken ? 'box broken' : 'box'}" data-heat="${harm === undefined ? '' : stepOf(harm)}">
    <rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="6" />
    <text x="${x + 10}" y="${y + 19}">${service.name}</text>
    <text class="note" x="${x + box.width - 8}" y="${y + 19}" text-anchor="end">${note}</text>
  </g>`
}

/** Mean harm of an app's segments; undefined for what is no app. */
function harmOf({ outcome }: RunResult, role: string): number | undefined {
  const harms = (outcome?.segments ?? []).flatMap(({ app, harm }) =>
    app === role && harm !== null ? [harm] : [],
  )
  return harms.length === 0 ? undefined : harms.reduce((sum, harm) => sum + harm, 0) / harms.length
}

function placed(topology: Topology): Node[] {
  const inColumn = (column: Column) => topology.services.filter(service => columnOf(service) === column)
  const heights = columns.map(column => inColumn(column).length * (box.height + box.gap))
  const tallest = Math.max(...heights)
  return columns.flatMap((column, index) =>
    inColumn(column).map((service, row) => ({
      service,
      x: index * columnWidth + 8,
      y: top + (tallest - (heights[index] ?? 0)) / 2 + row * (box.height + box.gap),
    })),
  )
}

function columnOf({ program }: ServiceSpec): Column {
  if (program === 'edge' || program === 'status') return 'edge'
  if (program === 'app') return 'app'
  return program === 'auth' ? 'auth' : 'store'
}

/** What the faults were aimed at. A target that names neither a service nor a link (a document, say) shows as nothing. */
function brokenBy(
  faults: NonNullable<RunResult['faults']>,
  topology: Topology,
): { services: Set<string>; links: Set<string> } {
  const services = new Set<string>()
  const links = new Set<string>()
  for (const { target } of faults) {
    if (target.includes(' -> ')) {
      for (const { name } of linksNamed(target as `${string} -> ${string}`, linksOf(topology), topology))
        links.add(name)
    } else for (const name of servicesNamed(target, topology)) services.add(name)
  }
  return { services, links }
}
