import type { AttributeValues, Direction, ToxicType } from './stage.ts'

/** What a toxic has done so far, live. */
export interface ToxicEvidence {
  type: string
  stream: Direction
  /** False once the toxic has been removed. */
  active: boolean
  /** Connections on which it has acted. */
  connections: number
  /** Bytes on which it has acted: delayed, discarded, … */
  bytes: number
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
      connections: 0,
      bytes: 0,
    }
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
