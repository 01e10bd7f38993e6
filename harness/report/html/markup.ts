/** What every part of the page uses. `html` escapes whatever is put into it. */
import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

export { percent } from '../percent.ts'
export { html, raw }
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** Name of a run within the page: what its address ends with. */
export function slugOf({ scenario, architecture }: { scenario: string; architecture: string }): string {
  return `${scenario}/${architecture}`
}

/** What may be wider than a phone: scrolled by finger, and by keyboard, for which it has a place and a name. */
export function wide(name: string, body: Html): Html {
  return html`<div class="wide" role="region" aria-label="${name}" tabindex="0">${body}</div>`
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}

/** Five steps from unharmed to gone, 0..4, for a colour; the number itself is always written beside it. */
export function stepOf(harm: number): number {
  return harm <= 0.02 ? 0 : harm <= 0.1 ? 1 : harm <= 0.35 ? 2 : harm <= 0.7 ? 3 : 4
}

/** JSON that may stand in a script: nothing in it ends the element or begins a comment. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
}

export const verdictWords = {
  held: 'held',
  broke: 'broke',
  'not-proven': 'not proven',
  error: 'error',
} as const

/** Beside the word, and never instead of it. */
export const verdictMarks = { held: '✓', broke: '✗', 'not-proven': '?', error: '!' } as const
