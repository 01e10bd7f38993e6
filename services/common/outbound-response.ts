/** Costs more to make than to use. */
const decoder = new TextDecoder()

/** What services use of a `Response`. Its body is gathered as it comes, whether anybody reads it or not. */
export class OutboundResponse {
  readonly status: number
  readonly statusText: string
  readonly #rawHeaders: Record<string, string | string[] | undefined>
  #headers: Headers | undefined
  readonly #chunks: Buffer[] = []
  readonly #whole: Promise<Buffer>
  #resolve: (body: Buffer) => void = () => {}
  #reject: (error: unknown) => void = () => {}

  constructor(status: number, statusText: string, headers: Record<string, string | string[] | undefined>) {
    this.status = status
    this.statusText = statusText
    this.#rawHeaders = headers
    this.#whole = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Nobody may be reading.
    this.#whole.catch(() => {})
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  get headers(): Headers {
    if (this.#headers) return this.#headers
    const headers = new Headers()
    for (const [name, value] of Object.entries(this.#rawHeaders)) {
      if (Array.isArray(value)) for (const one of value) headers.append(name, one)
      else if (value !== undefined) headers.set(name, value)
    }
    this.#headers = headers
    return headers
  }

  /** Rejects, as do the others, with what cut the body short. */
  async text(): Promise<string> {
    return decoder.decode(await this.#whole)
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const body = await this.#whole
    return new Uint8Array(body).buffer
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.arrayBuffer())
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  end(): void {
    const [first] = this.#chunks
    this.#resolve(first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks))
  }

  fail(error: unknown): void {
    this.#reject(error)
  }
}
