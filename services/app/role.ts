import type { HtmlEscapedString } from 'hono/utils/html'
import type { Identity } from './auth-client.ts'

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

export type Surface = 'web' | 'mobile' | 'api'

/**
 * How an app checks what its phones present. `introspection`: auth is asked every time. `signature`: an access token's
 * signature, with auth's published keys. `device`: a credential of the app's own, with a look at auth now and then.
 */
export type PhoneCheck = 'introspection' | 'signature' | 'device'

/** What makes one app of the family differ from another. One file in roles/ each. */
export interface Role {
  /** The name in addresses, segments and reports. */
  name: string
  /** The name that people see. */
  title: string
  surfaces: readonly Surface[]
  /** Where there is the surface `mobile`. */
  phone?: PhoneCheck
  /** Where there is the surface `web`. */
  web?: WebSide
  /** What the phone or the API gets, as JSON. The same for a user every time. */
  content(identity: Identity): unknown
}

/** The pages of a role. Every colour in `styles` is one of the palette's, by its custom property. */
export interface WebSide {
  /** A few words under the name, before one signs in. */
  tagline: string
  palette: { light: Palette; dark: Palette }
  /** The inside of an SVG of 24 by 24, drawn in `currentColor`. */
  mark: string
  /** What the main page looks like. */
  styles: string
  /** Links to the parts of the main page, by the id of their heading, where it is long enough to need them. */
  sections?: readonly { label: string; id: string }[]
  /** The line at the foot of every page. */
  footer: string
  composer: Composer
  /** The main page, for someone signed in: what goes into `main`, with the page's only h1. */
  page(visit: Visit): Html
}

/** The small action that a page offers. */
export interface Composer {
  label: string
  placeholder: string
  button: string
  /** What the action is called when it is switched off: `Posting`. */
  doing: string
  lines: number
}

export interface Visit {
  username: string
  /** The session is only vouched for: nothing may be changed. */
  readOnly: boolean
  /** What the user has written since the app was started, newest first. */
  own: readonly string[]
}

/** Custom property -> colour. Pairs that meet have a contrast of 4.5 to 1 at least; lines that matter, 3 to 1. */
export interface Palette {
  /** The page, and text on it and on cards. */
  paper: string
  ink: string
  quiet: string
  /** Surfaces that lie on the page. */
  card: string
  /** Decoration: borders that nothing depends on. */
  edge: string
  /** The borders of fields. */
  line: string
  /** Links, and the ring around what has the focus. */
  link: string
  /** Buttons and marks. */
  accent: string
  'on-accent': string
  /** Soft emphasis: badges, one's own messages. */
  tint: string
  'on-tint': string
  /** The bar with the name of the app. */
  bar: string
  'on-bar': string
}
