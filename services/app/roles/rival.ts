import { html } from 'hono/html'
import type { Role } from '../role.ts'

const topics = [
  { title: 'Is it just me, or is everything else down?', replies: 412 },
  { title: 'Today in small victories', replies: 38 },
]

/** Another company's app, with an auth of its own: the control group. */
export const rival: Role = {
  name: 'rival',
  title: 'Rival',
  accent: '#0f766e',
  surfaces: ['web'],
  page: () => html`
    <h2>Trending</h2>
    ${topics.map(topic => html`<article><h3>${topic.title}</h3><p class="meta">${topic.replies} replies</p></article>`)}`,
  content: () => ({ topics }),
}
