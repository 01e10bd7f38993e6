import { html } from 'hono/html'
import type { Role } from '../role.ts'

const posts = [
  {
    author: 'Amara',
    text: 'The ferry was late again, but the light over the harbour was worth it.',
    minutesAgo: 4,
  },
  { author: 'Jonas', text: 'Bread number eleven. It finally has ears.', minutesAgo: 27 },
  { author: 'Mei', text: 'Does anyone know a repair shop that still fixes toasters?', minutesAgo: 58 },
]

export const feed: Role = {
  name: 'feed',
  title: 'Feed',
  accent: '#1d4ed8',
  surfaces: ['web', 'mobile'],
  page: () => html`
    <h2>What your friends are up to</h2>
    ${posts.map(
      post =>
        html`<article><h3>${post.author}</h3><p>${post.text}</p><p class="meta">${post.minutesAgo} min ago</p></article>`,
    )}`,
  content: () => ({ posts }),
}
