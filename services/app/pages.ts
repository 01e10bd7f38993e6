import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import type { Role } from './role.ts'

type Html = HtmlEscapedString | Promise<HtmlEscapedString>

const css = (accent: string) => `
:root { color-scheme: light dark; --accent: ${accent}; --ink: #16181d; --paper: #ffffff; --edge: #d5d9e0; --quiet: #565d6b }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaee; --paper: #14161b; --edge: #363b46; --quiet: #a4abb9 } }
* { box-sizing: border-box }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
header { display: flex; justify-content: space-between; align-items: center; gap: 1rem; padding: .75rem 1rem; background: var(--accent); color: #fff }
header h1 { margin: 0; font-size: 1.25rem }
main { max-width: 36rem; margin: 0 auto; padding: 1rem }
article, form.card { border: 1px solid var(--edge); border-radius: .75rem; padding: 1rem; margin: 0 0 1rem }
article h3 { margin: 0 } article p { margin: .25rem 0 0 } .meta { color: var(--quiet); font-size: .875rem }
label { display: block; margin: 0 0 1rem; font-weight: 600 }
input { display: block; width: 100%; margin-top: .25rem; padding: .6rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--quiet); border-radius: .5rem }
button { font: inherit; font-weight: 600; padding: .6rem 1.1rem; border: 1px solid transparent; border-radius: .5rem; background: var(--accent); color: #fff; cursor: pointer }
header button { border-color: #fff }
:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px }
.notice { border: 1px solid var(--edge); border-left: .4rem solid var(--accent); border-radius: .5rem; padding: .75rem 1rem; margin: 0 0 1rem }`

function layout(role: Role, title: string, body: Html, { signedIn = false } = {}): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${role.title}</title>
<style>${raw(css(role.accent))}</style>
</head>
<body>
<header><h1>${role.title}</h1>${
    signedIn ? html`<form method="post" action="/sign-out"><button>Sign out</button></form>` : ''
  }</header>
<main>${body}</main>
</body>
</html>`
}

/** The main page; `stale` adds what a person should know while auth gives no answer. */
export function homePage(role: Role, content: Html, stale: boolean): Html {
  const banner = stale
    ? html`<p class="notice" role="status">We are having some trouble. You are still signed in; some things may be out of date.</p>`
    : ''
  return layout(role, 'Home', html`${banner}${content}`, { signedIn: true })
}

export const signInNotices = {
  'signed-out': 'You are signed out.',
  'session-expired': 'Your session has expired. Please sign in again.',
  'wrong-password': 'The user name or password is incorrect.',
  'try-later':
    'We cannot sign you in right now. Your password was not the problem. Please try again in a moment.',
} as const
export type SignInNotice = keyof typeof signInNotices

export function signInPage(role: Role, notice?: SignInNotice): Html {
  return layout(
    role,
    'Sign in',
    html`<h2>Sign in</h2>
${notice ? html`<p class="notice" role="alert" data-notice="${notice}">${signInNotices[notice]}</p>` : ''}
<form class="card" method="post" action="/sign-in">
<label>User name<input name="username" autocomplete="username" required maxlength="100"></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required maxlength="200"></label>
<button>Sign in</button>
</form>`,
  )
}

/** Nobody knows whether the visitor is signed in: the credential is kept, and the visitor told to come back. */
export function tryLaterPage(role: Role): Html {
  return layout(
    role,
    'Try again later',
    html`<h2>Please try again in a moment</h2>
<p class="notice" role="alert" data-notice="try-later">Something on our side is not answering. You have not been signed out.</p>
<p><a href="/">Try again</a></p>`,
    { signedIn: true },
  )
}

export function errorPage(role: Role): Html {
  return layout(
    role,
    'Something went wrong',
    html`<h2>Something went wrong</h2><p class="notice" role="alert" data-notice="error">Error performing query.</p>`,
  )
}
