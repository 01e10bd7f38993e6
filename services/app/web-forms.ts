/** What the web surface makes of the forms that are sent to it. */
import type { Context } from 'hono'
import { z } from 'zod'
import { textLengthMax } from './pages/parts.ts'

/** No control characters: they are no part of a name, and some stores cannot hold them. */
const visible = /^[^\p{Cc}]+$/u

export const credentials = z.object({
  username: z.string().max(100).regex(visible),
  password: z.string().min(1).max(200),
})

export const action = z.object({ text: z.string().trim().min(1).max(textLengthMax) })

/** The fields of a form, or undefined if the request carries none. A field that comes twice is left out. */
export async function fieldsOf(context: Context): Promise<Record<string, string> | undefined> {
  const type = context.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') return undefined
  const fields = new URLSearchParams(await context.req.text())
  return Object.fromEntries([...fields].filter(([name]) => fields.getAll(name).length === 1))
}

/**
 * Whether a browser says that a form was sent by a page of another site. SameSite cookies do not cover this: signing
 * in needs none. What sends neither header is no browser, and has no cookies of anybody else's.
 */
export function isForeign(context: Context): boolean {
  const site = context.req.header('sec-fetch-site')
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const origin = context.req.header('origin')
  if (origin === undefined) return false
  const host =
    context.req.header('x-forwarded-host') ?? context.req.header('host') ?? new URL(context.req.url).host
  return !URL.canParse(origin) || new URL(origin).host !== host
}
