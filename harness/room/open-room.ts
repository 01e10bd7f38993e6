/** Opens a control room over a running stack: with its crowd, its numbers, and the page. */
import { randomBytes } from 'node:crypto'
import type { UpListing } from '../cli/up-listing.ts'
import type { CrowdProcess } from '../crowd/crowd-process.ts'
import { catalogue } from '../faults/catalogue.ts'
import { linksNamed } from '../faults/links.ts'
import { servicesNamed } from '../faults/services.ts'
import type { NamedScenario } from '../run/load-scenarios.ts'
import { featuresOf, lackingOf } from '../run/runnable.ts'
import { statusLevels } from '../run/status-levels.ts'
import type { Stack } from '../stack/stack.ts'
import { linksOf } from '../stack/topology.ts'
import { ControlRoom } from './control-room.ts'
import { formOf } from './forms.ts'
import { LiveCounts } from './live-counts.ts'
import { type RoomServer, serveRoom } from './server.ts'

export interface OpenRoomOptions {
  stack: Stack
  scenarios: readonly NamedScenario[]
  listing: UpListing
  /** The users, if there are to be any; it has begun. */
  crowd: CrowdProcess | undefined
  /** How long the crowd goes on, ms. */
  crowdMs: number
  port: number
}

export interface OpenRoom extends AsyncDisposable {
  url: string
}

/** What costs the stack something is asked for no more often than this, ms. */
const askEveryMs = 1_000

export async function openRoom(options: OpenRoomOptions): Promise<OpenRoom> {
  const { stack, scenarios, port } = options
  const room = new ControlRoom(stack, scenarios)
  const watch = new Watch(options, room)
  const server: RoomServer = await serveRoom(
    {
      room,
      token: randomBytes(24).toString('base64url'),
      about: aboutOf(options),
      look: () => watch.look(),
    },
    port,
  )
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await room.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** What does not change while it is open. */
function aboutOf({ stack, scenarios, listing }: OpenRoomOptions) {
  const { topology, runtime, architecture, features } = stack
  return {
    runtime,
    architecture: architecture.name,
    services: topology.services.map(({ name, role, program }) => ({ name, role, program })),
    links: linksOf(topology),
    forms: catalogue.map(entry => formOf(entry, { runtime, features, topology })),
    scenarios: scenarios
      .filter(({ scenario }) => scenario.schedule.length > 0)
      .map(({ name, scenario }) => {
        const lacking = lackingOf(featuresOf(scenario), features)
        return {
          name,
          title: scenario.title,
          story: scenario.story,
          ...(lacking.length === 0
            ? {}
            : { missing: `It needs ${lacking.join(', ')}: start with --parts ${lacking.join(',')}.` }),
        }
      }),
    listing,
  }
}

class Watch {
  readonly #options: OpenRoomOptions
  readonly #room: ControlRoom
  readonly #counts = new LiveCounts()
  #askedAt = Number.NEGATIVE_INFINITY
  #links: Record<string, number> = {}
  #requests: Record<string, number> = {}
  #levels: Record<string, string> = {}

  constructor(options: OpenRoomOptions, room: ControlRoom) {
    this.#options = options
    this.#room = room
  }

  async look() {
    const { crowd, crowdMs } = this.#options
    await this.#ask()
    if (crowd) this.#counts.take(crowd.recorded)
    const room = this.#room
    return {
      apps: crowd ? this.#counts.look(crowd.now()) : [],
      crowd: crowd === undefined ? 'none' : crowd.now() > crowdMs ? 'gone' : 'here',
      levels: this.#levels,
      links: this.#links,
      broken: this.#broken(),
      faults: room.faults,
      playing: room.playing,
      mitigations: room.mitigations,
      switching: room.switching,
      lines: room.lines,
    }
  }

  /** Evidence, load on the links, the status page: together, once a second, however many look on. */
  async #ask(): Promise<void> {
    const passedMs = performance.now() - this.#askedAt
    if (passedMs < askEveryMs) return
    this.#askedAt = performance.now()
    const { stack } = this.#options
    const [counters, levels] = await Promise.all([
      stack.proxy.evidence().catch(() => ({})),
      statusLevels(stack, { zeroMs: 0, end: Number.POSITIVE_INFINITY }),
      this.#room.lookForEvidence(),
    ])
    for (const { app, level } of levels) this.#levels[app] = level
    const isFirst = Object.keys(this.#requests).length === 0
    for (const [name, { upstreamRequests = 0 }] of Object.entries(
      counters as Record<string, { upstreamRequests?: number }>,
    )) {
      const more = upstreamRequests - (this.#requests[name] ?? 0)
      this.#links[name] = isFirst ? 0 : Math.max(0, (more * 1_000) / passedMs)
      this.#requests[name] = upstreamRequests
    }
  }

  #broken(): { services: string[]; links: string[] } {
    const { topology } = this.#options.stack
    const links = linksOf(topology)
    const targets = this.#room.faults.map(({ target }) => target)
    return {
      services: targets.flatMap(target => (target.includes(' -> ') ? [] : servicesNamed(target, topology))),
      links: targets.flatMap(target =>
        target.includes(' -> ')
          ? linksNamed(target as `${string} -> ${string}`, links, topology).map(({ name }) => name)
          : [],
      ),
    }
  }
}
