import type { Body, Span } from './body.ts'
import { headBytesMax } from './head.ts'

/** A line that says a chunk's size, with its extensions, may be so long; with 15 digits a size is exact. */
const sizeLineBytesMax = 4_096
const sizeDigitsMax = 13

const cr = 13
const lf = 10

type Reader = 'size' | 'extension' | 'size-lf' | 'data' | 'data-cr' | 'data-lf' | 'trailer' | 'trailer-lf'

/** A body in chunks (RFC 9112, 7.1), trailers included; read a byte at a time except for the data. */
export class ChunkedBody implements Body {
  done = false
  #reads: Reader = 'size'
  #size = 0
  #digits = 0
  /** Of the line, and of all trailers. */
  #lineBytes = 0
  #trailerBytes = 0

  scan(data: Buffer, at: number): Span | undefined {
    if (this.#inData) {
      const end = Math.min(data.length, at + this.#size)
      this.#size -= end - at
      if (this.#size === 0) this.#reads = 'data-cr'
      return { end, content: true }
    }
    let end = at
    while (end < data.length && !this.done && !this.#inData) {
      if (!this.#take(data[end] ?? 0)) return undefined
      end += 1
    }
    return { end, content: false }
  }

  get #inData(): boolean {
    return this.#reads === 'data'
  }

  /** Takes a byte that is not data. False: it may not stand here. */
  #take(byte: number): boolean {
    switch (this.#reads) {
      case 'size':
        return this.#takeSize(byte)
      case 'extension':
        return this.#takeExtension(byte)
      case 'size-lf':
        if (this.#size > 0) this.#reads = 'data'
        else this.#beginTrailer()
        return byte === lf
      case 'data-cr':
        this.#reads = 'data-lf'
        return byte === cr
      case 'data-lf':
        this.#reads = 'size'
        this.#digits = 0
        this.#lineBytes = 0
        return byte === lf
      case 'trailer':
        return this.#takeTrailer(byte)
      case 'trailer-lf':
        if (this.#lineBytes === 0) this.done = true
        else this.#beginTrailer()
        return byte === lf
      default:
        return false
    }
  }

  #takeSize(byte: number): boolean {
    const digit = hexDigit(byte)
    if (digit >= 0) {
      this.#size = this.#digits === 0 ? digit : this.#size * 16 + digit
      this.#digits += 1
      return this.#digits <= sizeDigitsMax
    }
    this.#reads = byte === cr ? 'size-lf' : 'extension'
    return this.#digits > 0 && (byte === cr || byte === 0x3b)
  }

  #takeExtension(byte: number): boolean {
    this.#lineBytes += 1
    if (byte === cr) this.#reads = 'size-lf'
    return byte === cr || (isText(byte) && this.#lineBytes < sizeLineBytesMax)
  }

  #takeTrailer(byte: number): boolean {
    if (byte === cr) {
      this.#reads = 'trailer-lf'
      return true
    }
    this.#lineBytes += 1
    this.#trailerBytes += 1
    return isText(byte) && this.#trailerBytes < headBytesMax
  }

  #beginTrailer(): void {
    this.#reads = 'trailer'
    this.#lineBytes = 0
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1
}

function isText(byte: number): boolean {
  return byte === 9 || (byte >= 0x20 && byte !== 0x7f)
}
