/** One connection's filter without sockets: what goes in at either end, chunk by chunk, and what comes out. */
import type { Socket } from 'node:net'
import { newCounters } from '../../../../harness/proxy/counters.ts'
import { HttpFilter } from '../../../../harness/proxy/http/filter.ts'
import { HttpToxics } from '../../../../harness/proxy/http/toxics.ts'
import type { Link } from '../../../../harness/proxy/link.ts'
import type { Place } from '../../../../harness/proxy/slot.ts'
import type { AttributeValues, ToxicType } from '../../../../harness/proxy/stage.ts'
import { Toxic } from '../../../../harness/proxy/toxic.ts'
import { http } from '../../../../harness/proxy/toxics/http.ts'

/** The end of a link at which the filter stands, or not. */
class Wire {
  readonly out: Buffer[] = []
  ended = false
  #place: Place | undefined

  get text(): string {
    return Buffer.concat(this.out).toString('latin1')
  }

  send(text: string): void {
    if (this.#place === undefined) this.write({ data: Buffer.from(text, 'latin1') })
    else this.#place.write({ data: Buffer.from(text, 'latin1'), receivedAt: performance.now() })
  }

  end(): void {
    if (this.#place === undefined) this.finish()
    else this.#place.finish()
  }

  // As the link's end.
  readonly full = false
  write({ data }: { data: Buffer }): void {
    if (this.ended) throw new Error('written after its end')
    this.out.push(data)
  }
  finish(): void {
    if (this.ended) throw new Error('ended twice')
    this.ended = true
  }

  // As the link.
  setFilter(place: Place | undefined): void {
    this.#place = place
    if (place !== undefined) place.next = this
  }
  ready(): void {}
}

export function startWire(random: () => number = Math.random) {
  const [toServer, toClient] = [new Wire(), new Wire()]
  const faults: unknown[] = []
  const counters = newCounters()
  const toxics = new HttpToxics(random, counters)
  const client = { bytesRead: 0, writable: true, end: () => {}, write: () => true }
  const filter = new HttpFilter({
    client: client as unknown as Socket,
    links: { upstream: toServer as unknown as Link, downstream: toClient as unknown as Link },
    toxics,
    connection: { close: () => {}, reset: () => {}, fault: error => faults.push(error) },
  })

  return {
    toServer,
    toClient,
    faults,
    counters,
    send(text: string): void {
      toServer.send(text)
      client.bytesRead += text.length
    },
    add(attributes: object, name = 'h'): Toxic {
      const initial = Object.fromEntries(
        Object.entries(http.attributes).map(([key, { initial }]) => [key, initial]),
      )
      const toxic = new Toxic({
        name,
        type: http as unknown as ToxicType,
        stream: 'downstream',
        direction: 'downstream',
        attributes: { ...initial, ...attributes } as AttributeValues,
        toxicity: 1,
      })
      toxics.add(toxic)
      filter.refresh()
      return toxic
    },
    remove(toxic: Toxic): void {
      toxics.remove(toxic)
      toxic.evidence.active = false
      filter.refresh()
    },
    destroy: () => filter.destroy(),
  }
}
