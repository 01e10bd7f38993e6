/** A role of data alone: an app that somebody adds to the family without a file here. Its pages are plain ones. */
import { html } from 'hono/html'
import { z } from 'zod'
import { composerForm } from '../pages/parts.ts'
import type { Composer, Html, Role, Visit, WebSide } from '../role.ts'

export const definitionSchema = z.strictObject({
  name: z.string().min(1),
  title: z.string().min(1),
  surfaces: z.array(z.enum(['web', 'mobile', 'api'])).min(1),
  phone: z.enum(['introspection', 'signature', 'device']).optional(),
  tagline: z.string().optional(),
  content: z.json().optional(),
})
export type Definition = z.output<typeof definitionSchema>

export function defined({ name, title, surfaces, phone, tagline, content = {} }: Definition): Role {
  return {
    ...{ name, title, surfaces },
    ...(surfaces.includes('mobile') ? { phone: phone ?? 'introspection' } : {}),
    ...(surfaces.includes('web')
      ? { web: webSide(title, tagline ?? 'Signed in with the family account.') }
      : {}),
    content: () => content,
  }
}

const composer: Composer = {
  label: 'A note',
  placeholder: 'For example: call back tomorrow',
  button: 'Keep it',
  doing: 'Keeping notes',
  lines: 1,
}

function webSide(title: string, tagline: string): WebSide {
  const page = ({ username, readOnly, own }: Visit): Html =>
    html`<div class="plain"><h1 id="home">${title}</h1><p class="quiet">Signed in as @${username}</p>
<section aria-labelledby="notes"><h2 id="notes">Your notes</h2>
${own.length === 0 ? html`<p class="quiet">None yet.</p>` : html`<ul>${own.map(text => html`<li>${text}</li>`)}</ul>`}
${composerForm(composer, readOnly)}</section></div>`
  return {
    ...{ tagline, composer, page, palette },
    mark: '<rect x="4" y="4" width="16" height="16" rx="4"/><path d="M9 12h6"/>',
    footer: 'One account for the whole family.',
    styles: '.plain{display:grid;gap:1rem;max-width:40rem;margin:0 auto;padding:1.5rem 1.25rem}',
  }
}

const palette: WebSide['palette'] = {
  light: {
    paper: '#f5f6f8',
    ink: '#1b1e24',
    quiet: '#575d68',
    card: '#ffffff',
    edge: '#dfe2e7',
    line: '#7b818c',
    link: '#1f5fa8',
    accent: '#1f5fa8',
    'on-accent': '#ffffff',
    tint: '#e2edf9',
    'on-tint': '#143f70',
    bar: '#ffffff',
    'on-bar': '#1b1e24',
  },
  dark: {
    paper: '#111317',
    ink: '#e7e9ed',
    quiet: '#a3a9b4',
    card: '#191c22',
    edge: '#2d323b',
    line: '#7a818d',
    link: '#8fbef2',
    accent: '#2a6cb8',
    'on-accent': '#ffffff',
    tint: '#12283f',
    'on-tint': '#cfe3f9',
    bar: '#191c22',
    'on-bar': '#e7e9ed',
  },
}
