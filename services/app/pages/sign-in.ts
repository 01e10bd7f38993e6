/** The sign-in page, and what it may have to say first. */
import { html } from 'hono/html'
import type { Html, Role } from '../role.ts'
import { layout, type Site, siteOf } from './layout.ts'
import { icon } from './parts.ts'

interface Words {
  heading: string
  text: string
}

const words = {
  'signed-out': { heading: 'You are signed out', text: 'Sign in again whenever you like.' },
  'session-expired': { heading: 'Your session has expired', text: 'Please sign in again to go on.' },
  'wrong-password': {
    heading: 'We could not sign you in',
    text: 'The user name or password is incorrect. Check both, then sign in again.',
  },
  'try-later': {
    heading: 'We cannot sign you in right now',
    text: 'Something on our side is not answering. Your password was not the problem. Please try again in a moment.',
  },
  error: {
    heading: 'Something is missing',
    text: 'Enter your user name and your password, then sign in.',
  },
} as const satisfies Record<string, Words>

/** What the sign-in page may say. `error`: the form was not filled in. */
export type SignInNotice = keyof typeof words

/** Someone's place in the line of those who sign in. `position`: 1 is next. */
export interface Place {
  position: number
  retryAfterS: number
}

export function signInPage(role: Role, notice?: SignInNotice, username = ''): Html {
  if (notice === undefined) return page(role, 'Sign in', { username })
  const told =
    notice === 'signed-out'
      ? html`<p role="status" data-notice="${notice}">${words[notice].text}</p>`
      : html`<p class="banner" role="alert" data-notice="${notice}">${words[notice].text}</p>`
  return page(role, words[notice].heading, { told, username, invalid: notice === 'wrong-password' })
}

/**
 * Many sign in at once, and this one waits. The page does not reload itself: it is the answer to a form, and a
 * password half typed would be lost.
 */
export function queuedPage(role: Role, place: Place, username: string): Html {
  const told = html`<div class="told" role="status" data-notice="queued">
<p class="place"><b>${place.position}</b> ${place.position === 1 ? 'You are next' : 'Your place in line'}</p>
<p>Many people are signing in at once. Your turn comes in about ${place.retryAfterS} ${place.retryAfterS === 1 ? 'second' : 'seconds'}: sign in below then. Your place is kept for a short while after.</p>
</div>`
  return page(role, 'You are in line', { told, username })
}

/** Someone comes back to the form who has a place in the line. */
export function keptPlacePage(role: Role): Html {
  const told = html`<p role="status" data-notice="queued">Your place is kept for a short while. Sign in now; if it is not your turn yet, we tell you how long it takes.</p>`
  return page(role, 'You are in line', { told })
}

interface Contents {
  told?: Html
  username?: string
  invalid?: boolean
}

function page(role: Role, heading: string, { told, username = '', invalid = false }: Contents): Html {
  const site = siteOf(role)
  const wrong = invalid ? html` aria-invalid="true"` : ''
  return layout(
    site,
    { title: heading, kind: 'gate' },
    html`<div class="stage wide">
${hero(site)}
<section class="sheet" aria-labelledby="heading">
<h1 id="heading">${heading}</h1>
${told ?? ''}
<form method="post" action="/sign-in">
<label>User name<input name="username" value="${username}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="100"${wrong}></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required maxlength="200"${wrong}></label>
<button>Sign in</button>
</form>
</section>
</div>`,
  )
}

function hero({ role, web }: Site): Html {
  return html`<div class="hero">${icon(web.mark)}<p class="name">${role.title}</p><p>${web.tagline}</p></div>`
}
