/**
 * A place in line that its holder keeps: the number, signed by the app. It holds all that the app needs to know of it,
 * so it is still good after a restart of the app, and asks nothing of anybody else.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** How long a place can be kept, ms. */
export const ticketTtlMs = 600_000
const form = /^([0-9a-z]{1,11})\.([A-Za-z0-9_-]{22})$/
const macLength = 22

export interface TicketOffice {
  /** A number greater than any before, and greater than those from before a restart: it holds its time. */
  draw(): number
  write(number: number): string
  /** The number of a ticket that this app wrote for this cell and that is not too old; undefined for anything else. */
  read(ticket: string): number | undefined
}

/** `secret`: the app's own. `cell`: whose line it is for; a ticket of one cell is none at another. */
export function createTicketOffice(secret: Uint8Array, cell: string): TicketOffice {
  let last = 0
  const mac = (number: string) =>
    createHmac('sha256', secret)
      .update(`sign-in-queue ${cell} ${number}`)
      .digest('base64url')
      .slice(0, macLength)

  return {
    draw() {
      last = Math.max(last + 1, Date.now() * perMs)
      return last
    },
    write(number) {
      const text = number.toString(36)
      return `${text}.${mac(text)}`
    },
    read(ticket) {
      const [, text, given] = form.exec(ticket) ?? []
      if (text === undefined || given === undefined) return undefined
      if (!timingSafeEqual(Buffer.from(mac(text)), Buffer.from(given))) return undefined
      const number = Number.parseInt(text, 36)
      return Date.now() - drawnAt(number) <= ticketTtlMs ? number : undefined
    },
  }
}

/** Numbers are microseconds since the epoch, or one more than the last if that is more. */
const perMs = 1_000

/** When a number was drawn, ms since the epoch. */
export function drawnAt(number: number): number {
  return number / perMs
}
