/** The frame of every page: head, bar with the app's name, main, foot. */
import { html, raw } from 'hono/html'
import type { Html, Role, WebSide } from '../role.ts'
import { icon } from './parts.ts'
import { styleSheet } from './styles.ts'

export interface Frame {
  /** The title of the page, before the app's name. */
  title: string
  /** `home` wears the role's own styles, `gate` stands for itself. */
  kind: 'home' | 'gate'
  /** Who is signed in, if that is known. */
  username?: string
  /** Whether somebody may be signed in, known by name or not: then they can sign out. */
  canSignOut?: boolean
}

const sheets = new WeakMap<WebSide, Html>()

/** A role's style sheet, put together once. */
function sheetOf(web: WebSide): Html {
  const known = sheets.get(web)
  if (known !== undefined) return known
  const sheet = raw(styleSheet(web.palette, web.styles))
  sheets.set(web, sheet)
  return sheet
}

export function layout({ role, web }: Site, frame: Frame, body: Html): Html {
  const { title, kind, username, canSignOut = username !== undefined } = frame
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${role.title}</title>
<style>${sheetOf(web)}</style>
</head>
<body class="${kind} ${role.name}">
<a class="skip" href="#main">Skip to content</a>
<header class="bar">
<a class="brand" href="/">${icon(web.mark)}${role.title}</a>
${kind === 'home' ? sectionLinks(web) : ''}
${
  canSignOut
    ? html`<div class="account">${username === undefined ? '' : html`<span>@${username}</span>`}
<form method="post" action="/sign-out"><button>Sign out</button></form></div>`
    : ''
}
</header>
<main id="main" tabindex="-1">${body}</main>
<footer class="foot">${web.footer}</footer>
</body>
</html>`
}

function sectionLinks({ sections }: WebSide): Html | string {
  if (!sections) return ''
  return html`<nav class="sections" aria-label="On this page">${sections.map(
    ({ label, id }) => html`<a href="#${id}">${label}</a>`,
  )}</nav>`
}

/** A role that has web pages, with them. */
export interface Site {
  role: Role
  web: WebSide
}

/** Throws TypeError for a role without web pages. */
export function siteOf(role: Role): Site {
  if (!role.web)
    throw new TypeError(`role ${role.name} has no web pages: give it a web side in its role file`)
  return { role, web: role.web }
}
