import { type Lease, leaseReport } from './leases.ts'
import type { AttributeValues, Direction, ToxicType } from './stage.ts'

/** What a toxic has done so far, live. */
export interface ToxicEvidence {
  type: string
  stream: Direction
  /** False once the toxic has been removed. */
  active: boolean
  /** When it was added, in ISO 8601. */
  since: string
  /** Whether it was removed because its lease was not renewed in time. */
  expired: boolean
  /** Connections on which it has acted. */
  connections: number
  /** Bytes on which it has acted: delayed, discarded, … */
  bytes: number
  /** Requests on which it has acted; only toxics that know requests count them. */
  requests: number
}

/** A toxic of one proxy. Its stages read the attributes and the toxicity from here. */
export class Toxic {
  readonly name: string
  readonly type: ToxicType
  readonly direction: Direction
  readonly evidence: ToxicEvidence
  attributes: AttributeValues
  /** Share of connections that it acts on: 1 and over all, 0 and under none. */
  toxicity: number
  readonly #stream: string
  #lease: Lease | undefined

  constructor(options: {
    name: string
    type: ToxicType
    /** The direction as the client spelled it. */
    stream: string
    direction: Direction
    attributes: AttributeValues
    toxicity: number
  }) {
    this.name = options.name
    this.type = options.type
    this.#stream = options.stream
    this.direction = options.direction
    this.attributes = options.attributes
    this.toxicity = options.toxicity
    this.evidence = {
      type: options.type.type,
      stream: options.direction,
      active: true,
      since: new Date().toISOString(),
      expired: false,
      connections: 0,
      bytes: 0,
      requests: 0,
    }
  }

  /** Puts a lease on it, in place of the one that it may have. */
  setLease(lease: Lease | undefined): void {
    this.#lease?.release()
    this.#lease = lease
  }

  /** Its evidence as the API shows it. */
  report(): object {
    return { ...this.evidence, ...leaseReport(this.#lease) }
  }

  toJSON(): object {
    return {
      attributes: this.attributes,
      name: this.name,
      type: this.type.type,
      stream: this.#stream,
      toxicity: this.toxicity,
    }
  }
}
