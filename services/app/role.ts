import type { HtmlEscapedString } from 'hono/utils/html'
import type { Identity } from './auth-client.ts'

export type Surface = 'web' | 'mobile'

/** What makes one app of the family differ from another. One file in roles/ each. */
export interface Role {
  /** The name in addresses, segments and reports. */
  name: string
  /** The name that people see. */
  title: string
  /** One of the CSS colours of the page. */
  accent: string
  surfaces: readonly Surface[]
  /** The main page, for someone signed in. */
  page(identity: Identity): HtmlEscapedString | Promise<HtmlEscapedString>
  /** The same content for the phone. */
  content(identity: Identity): unknown
}
