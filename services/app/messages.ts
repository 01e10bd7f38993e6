/** What system callers have sent: the last few messages of each, in memory. */
export interface Message {
  id: number
  to: string
  text: string
  /** ms since the epoch. */
  sentAt: number
}

const keptPerSender = 20
const sendersMax = 1_000

export class Messages {
  readonly #sent = new Map<string, Message[]>()
  #count = 0

  /** The last messages of a sender, newest first. */
  of(sender: string): readonly Message[] {
    return this.#sent.get(sender)?.toReversed() ?? []
  }

  send(sender: string, to: string, text: string): Message {
    this.#count += 1
    const message = { id: this.#count, to, text, sentAt: Date.now() }
    const sent = [...(this.#sent.get(sender) ?? []), message].slice(-keptPerSender)
    // Re-inserted, so that the first entry is the sender who has been silent for longest.
    this.#sent.delete(sender)
    this.#sent.set(sender, sent)
    const [silent] = this.#sent.keys()
    if (this.#sent.size > sendersMax && silent !== undefined) this.#sent.delete(silent)
    return message
  }
}
