/** Pieces that several pages share. */
import { html, raw } from 'hono/html'
import type { Composer, Html } from '../role.ts'
import { hashOf } from './variants.ts'

/** Letters a text of an action may have at most. */
export const textLengthMax = 500

/** How many different backgrounds an avatar has; see styles.ts. */
export const avatarTones = 6

/** A round picture with two letters. The name always stands beside it, so that it is silent. */
export function avatar(handle: string): Html {
  const [first = '', second = ''] = handle.split(/[_.\s-]+/)
  const letters = `${first.charAt(0)}${second.charAt(0) || first.charAt(1)}`.toUpperCase()
  return html`<span class="avatar tone-${hashOf(handle) % avatarTones}" aria-hidden="true">${letters}</span>`
}

/** A drawing of 24 by 24 in the colour of the text around it. */
export function icon(inside: string, label?: string): Html {
  const voice = label === undefined ? html`aria-hidden="true"` : html`role="img" aria-label="${label}"`
  return html`<svg class="icon" viewBox="0 0 24 24" ${voice}>${raw(inside)}</svg>`
}

/** The form of a page's small action; switched off, it says why. */
export function composerForm(composer: Composer, readOnly: boolean): Html {
  const { label, placeholder, button, doing, lines } = composer
  const field =
    lines === 1
      ? html`<input id="text" name="text" required maxlength="${textLengthMax}" autocomplete="off" placeholder="${placeholder}">`
      : html`<textarea id="text" name="text" required maxlength="${textLengthMax}" rows="${lines}" placeholder="${placeholder}"></textarea>`
  return html`<form class="composer" method="post" action="/act">
<fieldset${readOnly ? html` disabled aria-describedby="off"` : ''}>
<label for="text">${label}</label>
<div class="row">${field}<button>${button}</button></div>
</fieldset>
${readOnly ? html`<p class="off" id="off">${doing} is switched off until we can check your session again.</p>` : ''}
</form>`
}
