/** Whole pages for what went wrong: what happened, in a plain sentence, and one thing to do next. */
import { html } from 'hono/html'
import type { Html, Role } from '../role.ts'
import { layout, siteOf } from './layout.ts'
import { icon } from './parts.ts'

interface Notice {
  /** What the page says of itself to whoever reads it by machine. */
  name: 'try-later' | 'read-only' | 'error'
  heading: string
  text: string
  next: string
  sign: keyof typeof signs
  /** What the visitor had written, given back. */
  said?: string
  /** Whether the visitor may be signed in. */
  signedIn?: boolean
}

/** Each notice has a shape of its own, so that it is not told by its colour alone. */
const signs = {
  clock: '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/>',
  lock: '<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
  cross: '<circle cx="12" cy="12" r="9"/><path d="m9 9 6 6m0-6-6 6"/>',
  hand: '<path d="M12 3 4 6v6c0 5 3.5 8 8 9 4.5-1 8-4 8-9V6z"/><path d="M9 12h6"/>',
  pencil: '<path d="m4 20 1-5L16 4l4 4L9 19z"/><path d="m14 6 4 4"/>',
} as const

function noticePage(role: Role, notice: Notice): Html {
  const { name, heading, text, next, sign, said, signedIn = true } = notice
  return layout(
    siteOf(role),
    { title: heading, kind: 'gate', canSignOut: signedIn },
    html`<div class="stage">
<section class="sheet" aria-labelledby="heading">
<span class="sign">${icon(signs[sign])}</span>
<h1 id="heading">${heading}</h1>
<p role="alert" data-notice="${name}">${text}</p>
${said === undefined ? '' : html`<p>You wrote:</p><p class="said">${said}</p>`}
<p><a class="button" href="/">${next}</a></p>
</section>
</div>`,
  )
}

/** Nobody knows whether the visitor's session is good: the credential is kept, and the visitor told to come back. */
export function tryLaterPage(role: Role, said?: string): Html {
  return noticePage(role, {
    name: 'try-later',
    heading: 'Please try again in a moment',
    text:
      said === undefined
        ? 'You are still signed in. Something on our side is not answering, so we cannot show you this page just now.'
        : 'You are still signed in, but this was not sent: something on our side is not answering.',
    next: 'Try again',
    sign: 'clock',
    ...(said === undefined ? {} : { said }),
  })
}

/** The refusal of an action, while the session is only vouched for. */
export function readOnlyPage(role: Role, said: string): Html {
  return noticePage(role, {
    name: 'read-only',
    heading: 'Not sent: read-only for the moment',
    text: 'You are still signed in and can go on reading. Until we can check your session again, nothing can be changed.',
    next: `Back to ${role.title}`,
    sign: 'lock',
    said,
  })
}

/** A failure that nobody foresaw, in the words in which such failures are known to users. */
export function errorPage(role: Role): Html {
  return noticePage(role, {
    name: 'error',
    heading: 'Something went wrong',
    text: 'Error performing query. The trouble is on our side; nothing you did caused it.',
    next: 'Try again',
    sign: 'cross',
    signedIn: false,
  })
}

const refusals = {
  'another-site': {
    heading: 'That request was not accepted',
    text: 'It was sent by a page of another site, so nothing was done.',
    sign: 'hand',
  },
  'not-a-form': {
    heading: 'That form could not be read',
    text: 'It did not arrive as a form of this site, so nothing was done.',
    sign: 'cross',
  },
  'nothing-written': {
    heading: 'There is nothing to send',
    text: 'Write something first, of 500 characters at most.',
    sign: 'pencil',
  },
  'wrong-method': {
    heading: 'This address works differently',
    text: 'It cannot be opened or sent to in this way, so nothing was done.',
    sign: 'cross',
  },
} as const

/** Why a request was refused, whoever sent it. */
export type Refusal = keyof typeof refusals

export function refusalPage(role: Role, why: Refusal): Html {
  return noticePage(role, { name: 'error', next: `Go to ${role.title}`, signedIn: false, ...refusals[why] })
}
