import { html } from 'hono/html'
import { handles } from '../pages/handles.ts'
import { avatar, composerForm, icon } from '../pages/parts.ts'
import { at, numberOf, type Pool, perVariant, some } from '../pages/variants.ts'
import type { Composer, Html, Role, Visit } from '../role.ts'

interface Post {
  author: string
  text: string
  minutesAgo: number
  likes: number
  comments: number
}

const texts: Pool<string> = [
  'The ferry was late again, but the light over the harbour was worth the wait.',
  'Bread number eleven. It finally has ears.',
  'Does anyone know a repair shop that still fixes toasters? Ours has outlived two kitchens.',
  'First frost on the allotment. The kale does not mind; the rest of us do.',
  'We counted nineteen swifts over the station this evening.',
  'Moved the bookshelf by ten centimetres. The room is a different room.',
  'Lost: one blue mitten, near the weir. Its twin misses it.',
  'The choir is looking for two more altos. No audition, only tea.',
  'Somebody planted sunflowers along the whole of the tram line. Thank you, somebody.',
  'Three hours on the ridge and not one cloud. Knees to be heard from tomorrow.',
  'The library lends out sewing machines now. I have plans.',
]
const groups: Pool<string> = [
  'Allotment neighbours',
  'Sunday ridge walks',
  'Repair café',
  'Swap a book',
  'Choir, altos wanted',
  'Night sky watchers',
]

const postsIn = (variant: number): Post[] =>
  some(texts, variant, 5).map((text, index) => ({
    author: at(handles, variant * 5 + index),
    text,
    minutesAgo: 4 + index * 23 + numberOf(`minutes ${variant} ${index}`, 0, 19),
    likes: numberOf(`likes ${variant} ${index}`, 2, 84),
    comments: numberOf(`comments ${variant} ${index}`, 2, 17),
  }))
const postsOf = perVariant(postsIn)

const composer: Composer = {
  label: 'What is on your mind?',
  placeholder: 'Tell your friends something',
  button: 'Post',
  doing: 'Posting',
  lines: 3,
}

const heart =
  '<path d="M12 20s-7-4.5-9-9c-1.5-3.5 1-7 4.5-7 2 0 3.5 1 4.5 2.500C13 5 14.5 4 16.5 4 20 4 22.5 7.500 21 11c-2 4.5-9 9-9 9z"/>'
const bubble = '<path d="M4 5h16v11H9l-5 4z"/>'

const post = ({ author, text, minutesAgo, likes, comments }: Post): Html =>
  html`<li><article class="card">
<header>${avatar(author)}<div><h2>@${author}</h2><p class="quiet">${ago(minutesAgo)}</p></div></header>
<p>${text}</p>
<p class="quiet counts"><span>${icon(heart)}${likes} likes</span><span>${icon(bubble)}${comments} comments</span></p>
</article></li>`

const friendsPosts = perVariant(variant => html`${postsIn(variant).map(post)}`)

const groupsBox = perVariant(
  variant => html`<aside class="groups" aria-labelledby="groups"><div class="card"><h2 id="groups">Your groups</h2>
<ul role="list">${some(groups, variant, 4).map(
    (name, index) =>
      html`<li>${name}<span class="quiet">${numberOf(`${name} ${variant}`, 1, 9) + index} new posts</span></li>`,
  )}</ul></div></aside>`,
)

function page({ username, readOnly, own }: Visit): Html {
  return html`<div class="columns">
<aside class="me" aria-label="Your profile"><div class="card">${avatar(username)}<p><strong>@${username}</strong></p>
<p class="quiet">${numberOf(username, 40, 400)} friends</p></div></aside>
<div class="stream">
<h1>What your friends are up to</h1>
<section class="card" aria-label="New post">${composerForm(composer, readOnly)}</section>
<ol role="list">${own.map(
    text =>
      html`<li><article class="card"><header>${avatar(username)}<div><h2>@${username}</h2><p class="quiet">Just now</p></div></header><p>${text}</p></article></li>`,
  )}${friendsPosts(username)}</ol>
</div>
${groupsBox(username)}
</div>`
}

function ago(minutes: number): string {
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`
}

const styles = `.feed .bar{border-bottom:1px solid var(--edge)}
.feed .brand{color:var(--link);font-size:1.25rem}
.home.feed .bar{position:sticky;top:0;z-index:2}
.columns{display:grid;gap:1.25rem;max-width:74rem;margin:0 auto;padding:1.25rem}
.card{padding:1rem 1.125rem;background:var(--card);border:1px solid var(--edge);border-radius:.875rem}
.stream,.stream ol{display:grid;gap:1rem;align-content:start;min-width:0}
.stream h1{font-size:1.25rem;margin:.25rem 0 0}
.stream article header{display:flex;gap:.75rem;align-items:center;margin:0 0 .625rem}
.stream h2{line-height:1.2}
.counts{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.875rem 0 0;padding:.75rem 0 0;border-top:1px solid var(--edge)}
.counts span{display:inline-flex;gap:.375rem;align-items:center}
.counts .icon{width:1.125rem;height:1.125rem}
.me .card{display:grid;grid-template-columns:auto 1fr;gap:0 .75rem;align-items:center}
.me .avatar{grid-row:span 2}
.groups li{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 .75rem;padding:.5rem 0;border-top:1px solid var(--edge)}
.groups h2{margin:0 0 .5rem}
.feed .composer .row{display:grid;grid-template-columns:minmax(0,1fr);justify-items:end}
.feed .composer textarea{justify-self:stretch}
.home.feed .banner{max-width:71.5rem;margin:1.25rem auto 0}
@media (max-width:73rem){.home.feed .banner{margin:1.25rem 1.25rem 0}}
@media (min-width:48rem){.columns{grid-template-columns:minmax(0,1fr) 15rem}.me{display:none}}
@media (min-width:68rem){.columns{grid-template-columns:15rem minmax(0,1fr) 16rem;gap:1.75rem}.me{display:block}.me .card{grid-template-columns:1fr;justify-items:start;gap:.25rem;padding:1.25rem}.me .avatar{grid-row:auto;width:3.5rem;height:3.5rem;font-size:1.125rem;margin:0 0 .5rem}}
`

export const feed: Role = {
  name: 'feed',
  title: 'Feed',
  surfaces: ['web', 'mobile'],
  phone: 'introspection',
  web: {
    tagline: 'News from the people you know.',
    palette: {
      light: {
        paper: '#f1f3f7',
        ink: '#16181d',
        quiet: '#565d6b',
        card: '#ffffff',
        edge: '#dde1e8',
        line: '#7b8290',
        link: '#1d4ed8',
        accent: '#1d4ed8',
        'on-accent': '#ffffff',
        tint: '#e3ebff',
        'on-tint': '#1e3a8a',
        bar: '#ffffff',
        'on-bar': '#16181d',
      },
      dark: {
        paper: '#101318',
        ink: '#e8eaee',
        quiet: '#a4abb9',
        card: '#191d24',
        edge: '#2b313c',
        line: '#79818f',
        link: '#8fb0ff',
        accent: '#2f5fe0',
        'on-accent': '#ffffff',
        tint: '#1d2c52',
        'on-tint': '#c9d8ff',
        bar: '#191d24',
        'on-bar': '#e8eaee',
      },
    },
    mark: '<rect x="3" y="3" width="18" height="18" rx="5"/><path d="M8 9h8M8 13h8M8 17h4"/>',
    footer: 'One account for Feed, Messenger, Photos, Chat and Ads.',
    composer,
    styles,
    page,
  },
  content: ({ username }) => ({ posts: postsOf(username) }),
}
